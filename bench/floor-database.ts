/** Where the floors write: tables like the real ones, in a database of their own on the same server. */
import { createConnection, type Connection } from 'mysql2/promise';

export const floorDatabase = 'linkwright_floor';

/** The floor database's URL, and a connection of the benchmark's own to the server, to count rows with. */
export async function openFloorDatabase(anyUrl: string): Promise<{ url: string; connection: Connection }> {
  const connection = await createConnection(anyUrl);
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${floorDatabase}`);
  return { url: new URL(`/${floorDatabase}`, anyUrl).href, connection };
}

/** An empty table like `like`, with the same keys. */
export async function createFloorTable(connection: Connection, table: string, like: string): Promise<void> {
  await connection.query(`DROP TABLE IF EXISTS ${floorDatabase}.${table}`);
  await connection.query(`CREATE TABLE ${floorDatabase}.${table} LIKE ${like}`);
}
