/** Every process that opens the keyring, started with a master key that is not the data's. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sequelize } from 'sequelize';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { select } from '../../db/sql.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';

const right = localMasterKey(randomBytes(32));
const wrongBytes = randomBytes(32);
const wrong = localMasterKey(wrongBytes);
let databases: FreshDatabases;
let sequelize: Sequelize;
beforeAll(async () => {
  databases = await freshDatabases();
  sequelize = openDatabase(databases.appUrl, { poolMax: 2 });
  await (await openKeyring({ store: keyStore(sequelize), masterKeys: [right] })).current('comp_1');
});
afterAll(async () => {
  await sequelize.close();
  await databases.drop();
});

/** How many rows each table has, and every key. */
async function contents(): Promise<unknown> {
  const tables = await select<{ name: string }>(
    sequelize,
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1',
    {},
  );
  const counts = [];
  for (const { name } of tables) counts.push([name, await select(sequelize, `SELECT COUNT(*) AS rowCount FROM ${name}`, {})]);
  return [counts, await sequelize.query('SELECT * FROM master_keys'), await sequelize.query('SELECT * FROM data_keys')];
}

function run(program: string): Promise<{ failed: boolean; said: string }> {
  const path = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const env = {
    PATH: process.env['PATH'],
    APP_DATABASE_URL: databases.appUrl,
    TRAFFIC_DATABASE_URL: databases.trafficUrl,
    MASTER_KEY: wrongBytes.toString('base64'),
    PUBLIC_URL: 'https://hooks.example.com',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    API_PORT: '0',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [path], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null && error.killed !== true, said: `${stdout}${stderr}`.trim() }),
    );
  });
}

describe('A master key that is not the data’s', () => {
  it.each(['api/main.ts', 'workers/main.ts', 'scripts/seed.ts'])(
    'ends %s with one sentence, before it writes anything',
    async (program) => {
      const before = await contents();
      const { failed, said } = await run(program);
      expect(failed).toBe(true);
      expect(said.split('\n')).toHaveLength(1);
      expect(said).toMatch(
        new RegExp(
          `wrapped with the master key ${right.id}, and what was given is ${wrong.id}.*Nothing was changed.*Set MASTER_KEY`,
        ),
      );
      expect(said).not.toContain(wrongBytes.toString('base64'));
      expect(await contents()).toEqual(before);
    },
  );
});
