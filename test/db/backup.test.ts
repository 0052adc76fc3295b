/** Backup and restore as SECURITY.md tells them: dump both databases, restore into a new server, open what is sealed. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { createAppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores } from '../../db/traffic/stores/index.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';

import { freshDatabases, mysqlServers, type FreshDatabases } from '../harness/mysql.ts';
import { createService, type Service, type ServiceOptions } from '../harness/service.ts';

const { startMysql } = (await import(`${new URL('../../scripts/setup', import.meta.url).href}/mysql.mjs`)) as {
  startMysql(starter: Starter, folder: string): Promise<{ url: string }>;
};
interface Starter {
  start(options: ServiceOptions): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'linkwright-backup-'));
const masterKey = randomBytes(32);
const names = ['app', 'traffic'] as const;
let databases: FreshDatabases;
let service: Service;
let restored: Record<(typeof names)[number], string>;
let made: { companyId: string; connectionId: string };

/** Every statement of one dump sees the database at one moment, and nobody has to wait for it. */
const dumpOptions = ['--single-transaction', '--quick', '--routines', '--triggers', '--hex-blob', '--skip-lock-tables'];

function clientArgs(url: string) {
  const { hostname, port, username } = new URL(url);
  return [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, '--protocol=TCP'];
}
const passwordOf = (url: string) => ({ ...process.env, MYSQL_PWD: decodeURIComponent(new URL(url).password) });

async function dump(url: string, file: string): Promise<void> {
  const args = [...clientArgs(url), ...dumpOptions, new URL(url).pathname.slice(1)];
  const child = spawn('mariadb-dump', args, { env: passwordOf(url), stdio: ['ignore', 'pipe', 'inherit'] });
  const [, [code]] = await Promise.all([pipeline(child.stdout, createWriteStream(file)), once(child, 'close')]);
  expect(code).toBe(0);
}
async function restore(file: string, url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const server = await createConnection(url.slice(0, url.lastIndexOf('/')));
  await server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  await server.end();
  const child = spawn('mariadb', [...clientArgs(url), name], { env: passwordOf(url), stdio: ['pipe', 'inherit', 'inherit'] });
  const [, [code]] = await Promise.all([pipeline(createReadStream(file), child.stdin), once(child, 'close')]);
  expect(code).toBe(0);
}
async function open(urls: Record<(typeof names)[number], string>, key: Buffer) {
  const [app, traffic] = [openDatabase(urls.app, { poolMax: 2 }), openDatabase(urls.traffic, { poolMax: 2 })];
  const close = async () => void (await Promise.all([app.close(), traffic.close()]));
  const keyring = await openKeyring({ store: keyStore(app), masterKeys: [localMasterKey(Buffer.from(key))] }).catch(
    async (error: unknown) => {
      await close();
      throw error;
    },
  );
  return {
    app: createAppStores(app, { keyring }),
    traffic: createTrafficStores(traffic, { keyring, encryptPayloads: true }),
    close,
  };
}

beforeAll(async () => {
  // The dumps' programs are MariaDB's, and so is the first server.
  databases = await freshDatabases(mysqlServers()[0]);
  const stores = await open({ app: databases.appUrl, traffic: databases.trafficUrl }, masterKey);
  const by = { actor: 'user_a', from: '192.0.2.7' };
  await stores.app.providers.sync([{ key: 'twilio', label: 'Twilio', category: 'messaging', authKinds: ['basic'] }]);
  const { id: companyId } = await stores.app.companies.create({ name: 'Acme', timeZone: 'UTC' }, by);
  const facts = { companyId, providerKey: 'twilio', purpose: 'texts', label: 'A', ownerUserId: null, reason: 'B', settings: {} };
  const { id: connectionId } = await stores.app.connections.create(facts, by);
  await stores.app.credentials.stage({ companyId, connectionId, kind: 'basic', values: { authToken: 'canary-token' } }, by);
  const at = new Date();
  const event = {
    connectionId,
    companyId,
    providerKey: 'twilio',
    source: 'webhook' as const,
    type: 'm',
    occurredAt: at,
    receivedAt: at,
  };
  await stores.traffic.events.storeBatch([{ ...event, key: 'SM1', data: { body: 'canary-body 🎉' } }]);
  await stores.close();
  made = { companyId, connectionId };

  const started: Service[] = [];
  const starter = {
    async start(options: ServiceOptions) {
      const one = createService({ ...options, name: 'mysql-restored' });
      started.push(one);
      await one.start();
    },
  };
  const { url } = await startMysql(starter, join(folder, 'server'));
  service = started[0]!;
  restored = { app: `${url}/restored_app`, traffic: `${url}/restored_traffic` };
  for (const name of names) {
    const file = join(folder, `${name}.sql`);
    await dump(name === 'app' ? databases.appUrl : databases.trafficUrl, file);
    await restore(file, restored[name]);
  }
}, 120_000);

afterAll(async () => {
  await service.kill('SIGTERM');
  await databases.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('A backup restored into a new server', () => {
  it('opens credentials and payloads with the right key, and its audit log verifies', async () => {
    const stores = await open(restored, masterKey);
    expect(await stores.app.credentials.staged(made.connectionId)).toMatchObject({ values: { authToken: 'canary-token' } });
    const [event] = await stores.traffic.events.nextBatch(made.connectionId, 5);
    expect(event!.data).toEqual({ body: 'canary-body 🎉' });
    expect(await stores.app.audit.verify(made.companyId)).toMatchObject({ finding: null, entries: 3 });
    await stores.close();
  });

  it('is refused with a wrong key by a sentence that says which one it needs, and nothing is changed', async () => {
    const database = openDatabase(restored.app, { poolMax: 1 });
    const checksum = async () => (await database.query('CHECKSUM TABLE master_keys, data_keys, integration_tokens'))[0];
    const before = await checksum();
    await expect(open(restored, randomBytes(32))).rejects.toThrow(
      /wrapped with the master key .* Nothing was changed\. Set MASTER_KEY to that key/,
    );
    const env = {
      PATH: process.env['PATH'],
      APP_DATABASE_URL: restored.app,
      TRAFFIC_DATABASE_URL: restored.traffic,
      PUBLIC_URL: 'https://hooks.example.com',
      MASTER_KEY: randomBytes(32).toString('base64'),
      TEMPORAL_ADDRESS: '127.0.0.1:9',
      API_PORT: '0',
    };
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, ['api/main.ts'], { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      );
    });
    expect([code, output]).toEqual([1, expect.stringContaining('Nothing was changed')]);
    expect(await checksum()).toEqual(before);
    await database.close();
  });
});
