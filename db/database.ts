import { Sequelize } from 'sequelize';

/**
 * A pool of connections to one database. Times are UTC, text is utf8mb4, strict mode holds whatever the server's default, and
 * JSON comes back as text on every server, so that we parse it and nothing depends on the dialect.
 */
export function openDatabase(url: string, { poolMax }: { poolMax: number }): Sequelize {
  return new Sequelize(url, {
    dialect: 'mysql',
    timezone: '+00:00',
    logging: false,
    pool: { max: poolMax, min: 0, idle: 30_000, acquire: 30_000 },
    define: { timestamps: false, underscored: true },
    dialectOptions: { charset: 'utf8mb4', jsonStrings: true, connectTimeout: 10_000 },
    hooks: {
      // READ COMMITTED: gap locks of the default level would make concurrent batches wait for each other.
      async afterConnect(connection) {
        const { promise } = connection as { promise(): { query(sql: string): Promise<unknown> } };
        const session = promise.call(connection);
        await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
        await session.query(
          "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        );
      },
    },
  });
}
