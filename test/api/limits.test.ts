/** Limits over two real API processes on one database, each behind a proxy that says whose request it passes on. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { openDatabase } from '../../db/database.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';
import { createService, type Service } from '../harness/service.ts';
import { until } from '../harness/until.ts';
import { by } from './fixtures.ts';
import { startApi } from './server.ts';

const [perKey, perAddress, failedSignIns] = [40, 60, 6];
let databases: FreshDatabases;
let database: ReturnType<typeof openDatabase>;
let stores: AppStores;
let companyId: string;
const processes: { service: Service; url: string }[] = [];

beforeAll(async () => {
  databases = await freshDatabases();
  const masterKey = randomBytes(32);
  database = openDatabase(databases.appUrl, { poolMax: 2 });
  const keyring = await openKeyring({ store: keyStore(database), masterKeys: [localMasterKey(masterKey)] });
  stores = createAppStores(database, { keyring });
  companyId = (await stores.companies.create({ name: 'Acme', timeZone: 'UTC' }, by)).id;
  for (const name of ['first', 'second']) {
    const service = createService({
      name,
      command: process.execPath,
      args: ['api/main.ts'],
      cwd: resolve(import.meta.dirname, '../..'),
      env: {
        PATH: process.env['PATH'],
        APP_DATABASE_URL: databases.appUrl,
        TRAFFIC_DATABASE_URL: databases.trafficUrl,
        MASTER_KEY: masterKey.toString('base64'),
        PUBLIC_URL: 'https://hooks.example.com',
        TEMPORAL_ADDRESS: '127.0.0.1:9',
        API_PORT: '0',
        TRUST_PROXY: '1',
        RATE_LIMIT_PER_KEY: String(perKey),
        RATE_LIMIT_PER_ADDRESS: String(perAddress),
        RATE_LIMIT_FAILED_SIGN_INS: String(failedSignIns),
      },
      readyLine: /"msg":"ready"/,
    });
    await service.start();
    const { port } = JSON.parse(service.lines.find((line) => line.includes('"msg":"ready"'))!) as { port: number };
    processes.push({ service, url: `http://127.0.0.1:${port}` });
  }
});
afterAll(async () => {
  for (const { service } of processes) await service.kill('SIGTERM');
  await database.close();
  await databases.drop();
});

const makeKey = async () => (await stores.apiKeys.create({ companyId, role: 'viewer', label: 'k' }, by)).key;
const ask = async (place: number, key: string | undefined, address: string) => {
  const answer = await fetch(`${processes[place % 2]!.url}/v1/companies`, {
    headers: { 'x-forwarded-for': address, ...(key && { authorization: `Bearer ${key}` }) },
  });
  return { status: answer.status, retryAfterS: Number(answer.headers.get('retry-after')), body: (await answer.json()) as any };
};
const count = (answers: { status: number }[], status: number) => answers.filter((answer) => answer.status === status).length;
/** Never more than allowed; of its last block, a twentieth, each process may keep all but one. */
function expectServed(answers: { status: number }[], max: number) {
  const served = count(answers, 200);
  expect(served).toBeLessThanOrEqual(max);
  expect(served).toBeGreaterThanOrEqual(max - 2 * (max / 20 - 1));
  expect(count(answers, 429)).toBe(answers.length - served);
}
const wrongKey = `lw_${'a'.repeat(12)}_${'a'.repeat(43)}`;
const many = <T>(length: number, make: (place: number) => Promise<T>) =>
  Promise.all(Array.from({ length }, (_, place) => make(place)));

describe('Limits over two processes', () => {
  it('let a key ask as often as allowed, from wherever it comes, and no other suffers', async () => {
    const [key, other] = [await makeKey(), await makeKey()];
    const answers = await many(perKey + 30, (place) => ask(place, key, `198.51.100.${place % 9}`));
    expectServed(answers, perKey);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.retryAfterS).toBeGreaterThan(0);
    expect(refused.retryAfterS).toBeLessThanOrEqual(60);
    expect(refused.body.error).toMatchObject({ code: 'too_many_requests' });
    expect(refused.body.error.message).toBe(
      `Too many requests with this key: at most ${perKey} a minute. Try again in ${refused.retryAfterS} s.`,
    );
    expect((await ask(0, other, '198.51.100.1')).status).toBe(200);
  });

  it('let an address ask as often as allowed, with whatever keys, and no other suffers', async () => {
    const keys = await many(4, makeKey);
    const answers = await many(perAddress + 20, (place) => ask(place, keys[(place >> 1) % 4], '203.0.113.1'));
    expectServed(answers, perAddress);
    expect((await ask(0, keys[0], '203.0.113.2')).status).toBe(200);
  });

  it('refuse an address after too many wrong keys, the right one with them, at both processes', async () => {
    const key = await makeKey();
    const answers = await many(30, (place) => ask(place, wrongKey, '203.0.113.3'));
    expect(count(answers, 401)).toBe(failedSignIns);
    expect(count(answers, 401) + count(answers, 429)).toBe(30);
    for (const place of [0, 1]) {
      const refused = await ask(place, key, '203.0.113.3');
      expect([refused.status, refused.body.error.message]).toEqual([
        429,
        expect.stringContaining('sign-ins from this address failed'),
      ]);
      expect(refused.retryAfterS).toBeGreaterThan(60);
    }
    expect((await ask(0, key, '203.0.113.4')).status).toBe(200);
  });

  it('refuse the right key at a process that saw none of the failures, within three seconds', async () => {
    const [key, address] = [await makeKey(), '203.0.113.5'];
    // Both have looked: neither knows of a failure.
    for (const place of [0, 1]) expect((await ask(place, key, address)).status).toBe(200);
    for (let time = 0; time < failedSignIns; time += 1) expect((await ask(0, wrongKey, address)).status).toBe(401);
    const askSecond = () => sleep(250).then(() => ask(1, key, address));
    const refused = await until(askSecond, ({ status }) => status === 429, 3_000);
    expect(refused.body.error.message).toContain('sign-ins from this address failed');
    expect(refused.retryAfterS).toBeGreaterThan(60);
  });

  it('count an IPv6 host once, whichever of its addresses it takes', async () => {
    const answers = await many(20, (place) => ask(place, wrongKey, `2001:db8::${(place + 1).toString(16)}`));
    expect(count(answers, 401)).toBe(failedSignIns);
  });

  it('write the caller’s own address into the audit log, not the proxy’s', async () => {
    const key = await makeKey();
    await fetch(`${processes[0]!.url}/v1/api-keys`, {
      headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': '203.0.113.77' },
    });
    const [refused] = (await stores.audit.list({ companyId, limit: 1 })).items;
    expect(refused).toMatchObject({ outcome: 'refused', from: '203.0.113.77' });
  });

  it('take a key out of force at both processes with the commit that revokes it', async () => {
    const { id, key } = await stores.apiKeys.create({ companyId, role: 'viewer', label: 'k' }, by);
    for (const place of [0, 1]) expect((await ask(place, key, '203.0.113.80')).status).toBe(200);
    await stores.apiKeys.revoke(id, by);
    for (const place of [0, 1]) {
      const refused = await ask(place, key, '203.0.113.80');
      expect([refused.status, refused.body.error.message]).toEqual([401, expect.stringContaining('was revoked')]);
    }
  });

  it('do not count webhooks', async () => {
    const webhook = (place: number) =>
      fetch(`${processes[place % 2]!.url}/webhooks/twilio/conn_${'0'.repeat(26)}`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.9' },
      });
    const answers = await many(perAddress + 20, webhook);
    expect(count(answers, 429)).toBe(0);
    expect((await ask(0, await makeKey(), '203.0.113.9')).status).toBe(200);
  });
});

describe('Without a trusted proxy', () => {
  it('nobody chooses their own address', async () => {
    const api = await startApi({ requestLimits: { perKeyAMinute: 0, perAddressAMinute: 5, failedSignIns: 0 } });
    const answers = await many(12, (place) =>
      api.call('GET', '/v1/companies', { headers: { 'x-forwarded-for': `203.0.113.${place}` } }),
    );
    expect([count(answers, 401), count(answers, 429)]).toEqual([5, 7]);
    await api.close();
  });
});
