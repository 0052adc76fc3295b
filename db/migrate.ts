import { createConnection } from 'mysql2/promise';
import { SequelizeStorage, Umzug } from 'umzug';
import { appMigrations } from './app/migrations/index.ts';
import { writeMetricDefinitions } from './app/metric-definitions.ts';
import { openDatabase, sslOptions, type DatabaseTls } from './database.ts';
import type { Migration } from './ddl.ts';
import { asDatabaseError } from './errors.ts';
import { sha256 } from './hash.ts';
import { trafficMigrations } from './traffic/migrations/index.ts';

const lockWaitS = 120;

/** Brings both databases to this version's tables, creating them where the account may. Several starters at once migrate once. */
export async function migrate(input: MigrateInput): Promise<void> {
  await migrateOne(input.appUrl, appMigrations, input, writeMetricDefinitions);
  await migrateOne(input.trafficUrl, trafficMigrations, input);
}

interface MigrateInput {
  appUrl: string;
  trafficUrl: string;
  tls?: DatabaseTls | null;
  log: (line: string) => void;
}

async function migrateOne(
  url: string,
  migrations: Migration[],
  { tls = null, log }: MigrateInput,
  afterwards?: typeof writeMetricDefinitions,
): Promise<void> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  if (!database) throw new Error('The database URL names no database: put its name behind the last slash.');
  const server = await createConnection({
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(tls && { ssl: sslOptions(url, tls) }),
  }).catch((error: unknown) => {
    throw asDatabaseError(error);
  });
  // A lock of the server lives as long as its connection: a starter that dies lets the next one in.
  const lock = `linkwright-migrate-${sha256(database).toString('hex').slice(0, 32)}`;
  try {
    const [rows] = await server.query('SELECT GET_LOCK(?, ?) AS taken', [lock, lockWaitS]);
    if ((rows as { taken: number | null }[])[0]?.taken !== 1)
      throw new Error(`Another process has been migrating ${database} for ${lockWaitS} s: look at it, or start again.`);
    await server
      .query('CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [database])
      .catch((error: { code?: string; message: string }) => {
        // Without the right to create databases the operator has made it; if not, opening it says so.
        if (error.code !== 'ER_DBACCESS_DENIED_ERROR') throw error;
      });
    const sequelize = openDatabase(url, { poolMax: 1, tls });
    try {
      const umzug = new Umzug({
        migrations: migrations.map(({ name, statements }) => ({
          name,
          up: async () => {
            for (const statement of statements) await sequelize.query(statement);
          },
        })),
        storage: new SequelizeStorage({ sequelize, tableName: 'schema_migrations' }),
        logger: undefined,
      });
      const done = await umzug.up();
      if (done.length > 0) log(`${database}: ${done.length} migrations done.`);
      await afterwards?.(sequelize);
    } finally {
      await sequelize.close();
    }
  } finally {
    await server.end();
  }
}
