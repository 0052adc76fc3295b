import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlServers } from '../harness/mysql.ts';
import { until } from '../harness/until.ts';
import { company, connection, statusCallback } from './fixtures.ts';
import { startApi, type Answer, type Api } from './server.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const publicUrl = 'https://hooks.example.com';
let proxies: { app: TcpProxy; traffic: TcpProxy };
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
let path: string;

beforeAll(async () => {
  const server = new URL(mysqlServers()[0]!);
  const start = () => startTcpProxy({ host: server.hostname, port: Number(server.port || 3306) });
  proxies = { app: await start(), traffic: await start() };
  api = await startApi({
    publicUrl,
    keepTargetsMs: 60_000,
    through: (url, database) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxies[database].port) }).href,
  });
  ours = await company(api, 'Ours');
  connectionId = await connection(api, ours.id);
  path = `/webhooks/twilio/${connectionId}`;
});
afterAll(async () => {
  for (const proxy of Object.values(proxies)) proxy.up();
  await api.close();
  for (const proxy of Object.values(proxies)) await proxy.close();
});

let sids = 0;
const freshSid = () => `SM${String((sids += 1)).padStart(32, '0')}`;
const send = (status: string, sid: string) =>
  api.call('POST', path, statusCallback(publicUrl, path, { MessageSid: sid, MessageStatus: status }));
const read = () => api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer });
const stored = async () => (await api.traffic.events.list({ connectionId, limit: 100 })).items.length;
const expectOutage = ({ status, headers, body }: Answer) => {
  expect([status, headers.get('retry-after'), body.error.code]).toEqual([503, '5', 'database_unavailable']);
};

describe('While the databases are gone', () => {
  it('everything is answered 503 with a time to come back, and goes on when they are there again', async () => {
    const sid = freshSid();
    expect([(await send('sent', sid)).status, (await read()).status]).toEqual([200, 200]);

    proxies.app.down();
    proxies.traffic.down();
    for (const answer of await Promise.all([send('delivered', sid), send('read', sid), read()])) expectOutage(answer);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    const { body } = await api.call('GET', '/readyz');
    expect(body.missing).toEqual(
      expect.arrayContaining(['The app database does not answer.', 'The traffic database does not answer.']),
    );

    proxies.app.up();
    proxies.traffic.up();
    await until(send.bind(null, 'delivered', sid), ({ status }) => status === 200);
    expect(await stored()).toBe(2);
  });
});

describe('While the traffic database alone is gone', () => {
  it('webhooks are answered 503 with a time to come back, everything else goes on, and what comes again is stored once', async () => {
    const sid = freshSid();
    const before = await stored();
    proxies.traffic.down();
    expectOutage(await send('sent', sid));
    expect((await read()).status).toBe(200);
    proxies.traffic.up();
    await until(send.bind(null, 'sent', sid), ({ status }) => status === 200);
    expect(await stored()).toBe(before + 1);
  });
});

describe('While the app database alone is gone', () => {
  it('webhooks of a connection whose target is kept are stored', async () => {
    const sid = freshSid();
    const before = await stored();
    await until(send.bind(null, 'sent', sid), ({ status }) => status === 200);
    proxies.app.down();
    expectOutage(await read());
    expect((await send('delivered', sid)).status).toBe(200);
    expect(await stored()).toBe(before + 2);
    proxies.app.up();
    await until(read, ({ status }) => status === 200);
  });
});
