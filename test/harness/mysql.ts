/** Databases of its own for a test, on the first of the servers that `npm test` started. */
import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { schemaOf } from './schema.ts';

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

/** Both databases as migrating leaves them, under names that no other test has. */
export async function freshDatabases(server: string = mysqlServers()[0]!): Promise<FreshDatabases> {
  const id = randomBytes(6).toString('hex');
  const names = { app: `lwt_${id}_app`, traffic: `lwt_${id}_traffic` };
  // As text, so that a row goes back as it was.
  const connection = await createConnection({ uri: server, multipleStatements: true, dateStrings: true, jsonStrings: true });
  try {
    const schema = await schemaOf(server, connection);
    // Tables come by their names, and some point to a later one.
    await connection.query('SET FOREIGN_KEY_CHECKS = 0');
    for (const part of ['app', 'traffic'] as const) {
      const made = 'CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; USE ??';
      await connection.query(made, [names[part], names[part]]);
      await connection.query(schema[part].join(';\n'));
    }
  } finally {
    await connection.end();
  }
  const urlOf = (name: string) => new URL(`/${name}`, server).href;
  return {
    appUrl: urlOf(names.app),
    trafficUrl: urlOf(names.traffic),
    async drop() {
      const dropping = await createConnection(server);
      for (const name of Object.values(names)) await dropping.query('DROP DATABASE IF EXISTS ??', [name]);
      await dropping.end();
    },
  };
}
