/** Databases of its own for a test, on the first of the servers that `npm test` started. */
import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { migrate } from '../../db/migrate.ts';

export interface FreshDatabases {
  appUrl: string;
  trafficUrl: string;
  /** Removes both databases; close every pool on them first. */
  drop(): Promise<void>;
}

/** URLs of the servers at hand, without a database name; the first is the one that most tests use. */
export function mysqlServers(): string[] {
  const urls = process.env.LINKWRIGHT_TEST_MYSQL_URLS;
  if (!urls)
    throw new Error('LINKWRIGHT_TEST_MYSQL_URLS is not set: run this test with `npm test -- <path>`, which starts MySQL.');
  return urls.split(',');
}

/** Both databases, empty and migrated, under names that no other test has. */
export async function freshDatabases(server: string = mysqlServers()[0]!): Promise<FreshDatabases> {
  const id = randomBytes(6).toString('hex');
  const names = [`lwt_${id}_app`, `lwt_${id}_traffic`] as const;
  const [appUrl, trafficUrl] = names.map((name) => new URL(`/${name}`, server).href) as [string, string];
  await migrate({ appUrl, trafficUrl, log: () => undefined });
  return {
    appUrl,
    trafficUrl,
    async drop() {
      const connection = await createConnection(server);
      for (const name of names) await connection.query(`DROP DATABASE IF EXISTS ${name}`);
      await connection.end();
    },
  };
}
