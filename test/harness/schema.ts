/**
 * What migrating leaves in an empty database, as statements: migrated once for all test files, because it takes seconds, and read back from
 * the server.
 */
import { randomBytes } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { kept } from './kept.ts';

export interface Schema {
  app: string[];
  traffic: string[];
}

/** MySQL names the file that tables share where it was told to have one, and takes no such name for a table in partitions. */
const sharedFile = /\/\*!50100 TABLESPACE `innodb_system` \*\/ |TABLESPACE = `?innodb_system`? /g;
const sources = ['db', 'db/app', 'db/app/migrations', 'db/traffic/migrations', 'domain', 'test/harness/schema.ts'];

/** Of the server at `url`, to which `connection` leads: each dialect has its own. */
export async function schemaOf(url: string, connection: Connection): Promise<Schema> {
  const [[server]] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
  const name = `schema-${String(server!['version']).replaceAll(/[^\w.]/g, '_')}`;
  return JSON.parse(await kept({ name, sources, make: async () => JSON.stringify(await read(url, connection)) })) as Schema;
}

async function read(url: string, connection: Connection): Promise<Schema> {
  const id = randomBytes(6).toString('hex');
  const [app, traffic] = [`lwt_${id}_app`, `lwt_${id}_traffic`];
  const urlOf = (name: string) => new URL(`/${name}`, url).href;
  // Its packages are many, and only the first who needs it has to load them.
  const { migrate } = await import('../../db/migrate.ts');
  try {
    await migrate({ appUrl: urlOf(app), trafficUrl: urlOf(traffic), log: () => undefined });
    return { app: await statementsOf(connection, app), traffic: await statementsOf(connection, traffic) };
  } finally {
    for (const name of [app, traffic]) await connection.query('DROP DATABASE IF EXISTS ??', [name]);
  }
}

async function statementsOf(connection: Connection, database: string): Promise<string[]> {
  const [tables] = await connection.query<RowDataPacket[]>(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME',
    [database],
  );
  const statements: string[] = [];
  for (const { name } of tables) {
    const [[made]] = await connection.query<RowDataPacket[]>('SHOW CREATE TABLE ??.??', [database, name]);
    statements.push(String(made!['Create Table']).replaceAll(sharedFile, ''));
    const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM ??.??', [database, name]);
    if (rows.length > 0)
      statements.push(connection.format('INSERT INTO ?? (??) VALUES ?', [name, Object.keys(rows[0]!), rows.map(Object.values)]));
  }
  return statements;
}
