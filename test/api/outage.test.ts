import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlServers } from '../harness/mysql.ts';
import { until } from '../harness/until.ts';
import { company, connection, statusCallback } from './fixtures.ts';
import { startApi, type Api } from './server.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const publicUrl = 'https://hooks.example.com';
let proxy: TcpProxy;
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;

beforeAll(async () => {
  const server = new URL(mysqlServers()[0]!);
  proxy = await startTcpProxy({ host: server.hostname, port: Number(server.port || 3306) });
  api = await startApi({
    publicUrl,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href,
  });
  ours = await company(api, 'Ours');
  connectionId = await connection(api, ours.id);
});
afterAll(async () => {
  proxy.up();
  await api.close();
  await proxy.close();
});

describe('While the databases are gone', () => {
  it('everything is answered 503 with a time to come back, and goes on when they are there again', async () => {
    const path = `/webhooks/twilio/${connectionId}`;
    const send = (status: string) =>
      api.call('POST', path, statusCallback(publicUrl, path, { MessageSid: `SM${'1'.repeat(32)}`, MessageStatus: status }));
    const read = () => api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer });
    expect([(await send('sent')).status, (await read()).status]).toEqual([200, 200]);

    proxy.down();
    const answers = await Promise.all([send('delivered'), send('read'), read()]);
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect(body.error.code).toBe('database_unavailable');
    }
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    const { body } = await api.call('GET', '/readyz');
    expect(body.missing).toEqual(
      expect.arrayContaining(['The app database does not answer.', 'The traffic database does not answer.']),
    );

    proxy.up();
    await until(send.bind(null, 'delivered'), ({ status }) => status === 200);
    const stored = await api.traffic.events.list({ connectionId, limit: 10 });
    expect(stored.items).toHaveLength(2);
  });
});
