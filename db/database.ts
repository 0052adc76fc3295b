import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2';
import { Sequelize } from 'sequelize';
import { asDatabaseError } from './errors.ts';

const closeWithinMs = 5_000;

/** Sequelize, with errors that may be logged: see `DatabaseError`. Every statement, a model's too, passes through `query`. */
class Database extends Sequelize {
  override async query(...args: never[]): Promise<never> {
    try {
      return await (super.query as (...args: never[]) => Promise<never>)(...args);
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  /** A connection that breaks while it is being closed never says that it is closed; a stop must not wait for it. */
  override async close(): Promise<void> {
    const closed = new AbortController();
    const tooLate = sleep(closeWithinMs, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([super.close().finally(() => closed.abort()), tooLate]);
  }
}

const sqlMode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** PEM texts; the system's authorities where there is no `ca`. */
export interface DatabaseTls {
  ca?: string;
  cert?: string;
  key?: string;
}

/** For the driver. It has a name to check a certificate against only where the URL has one. */
export function sslOptions(url: string, tls: DatabaseTls) {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return { ...tls, minVersion: 'TLSv1.2' as const, rejectUnauthorized: true, verifyIdentity: isIP(host) === 0 };
}

/**
 * A pool of connections to one database. Times are UTC, text is utf8mb4, strict mode holds whatever the server's default, and
 * JSON comes back as text on every server, so that we parse it and nothing depends on the dialect.
 */
export function openDatabase(url: string, { poolMax, tls }: { poolMax: number; tls?: DatabaseTls | null }): Sequelize {
  return new Database(url, {
    dialect: 'mysql',
    timezone: '+00:00',
    logging: false,
    pool: { max: poolMax, min: 0, idle: 30_000, acquire: 30_000 },
    define: { timestamps: false, underscored: true, freezeTableName: true },
    dialectOptions: {
      charset: 'utf8mb4',
      jsonStrings: true,
      connectTimeout: 10_000,
      ...(tls && { ssl: sslOptions(url, tls) }),
    },
    hooks: {
      async afterConnect(connection) {
        const session = (connection as Connection).promise();
        // The default level locks gaps between rows, and concurrent batches would wait for each other.
        await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
        await session.query(`SET SESSION sql_mode = '${sqlMode}'`);
      },
    },
  });
}
