import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isOutage } from '../../api/errors.ts';
import { DatabaseError } from '../../db/errors.ts';
import { mysqlServers } from '../harness/mysql.ts';
import { until } from '../harness/until.ts';
import { company, connection, statusCallback } from './fixtures.ts';
import { startApi, type Answer, type Api } from './server.ts';
import { startTcpLink, type TcpLink } from '../harness/tcp-link.ts';

const publicUrl = 'https://hooks.example.com';
let links: { app: TcpLink; traffic: TcpLink };
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
let path: string;

beforeAll(async () => {
  const server = new URL(mysqlServers()[0]!);
  const start = () => startTcpLink({ host: server.hostname, port: Number(server.port || 3306) });
  links = { app: await start(), traffic: await start() };
  api = await startApi({
    publicUrl,
    keepTargetsMs: 60_000,
    through: (url, database) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(links[database].port) }).href,
  });
  ours = await company(api, 'Ours');
  connectionId = await connection(api, ours.id);
  path = `/webhooks/twilio/${connectionId}`;
});
afterAll(async () => {
  for (const link of Object.values(links)) link.mend();
  await api.close();
  for (const link of Object.values(links)) await link.close();
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

describe('A database that is full', () => {
  // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
  it.each([
    ['ER_RECORD_FILE_FULL', true],
    ['ER_DISK_FULL', true],
    ['ER_ERROR_ON_WRITE', true],
    ['ER_DATA_TOO_LONG', false],
  ])('is an outage, and no fault of the request: %s', (code, expected) => {
    expect(isOutage(new DatabaseError(code, 'The database answered: …'))).toBe(expected);
  });
});

describe('While the databases are gone', () => {
  it('everything is answered 503 with a time to come back, and goes on when they are there again', async () => {
    const sid = freshSid();
    expect([(await send('sent', sid)).status, (await read()).status]).toEqual([200, 200]);

    links.app.cut();
    links.traffic.cut();
    for (const answer of await Promise.all([send('delivered', sid), send('read', sid), read()])) expectOutage(answer);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    const { body } = await api.call('GET', '/readyz');
    expect(body.missing).toEqual(
      expect.arrayContaining(['The app database does not answer.', 'The traffic database does not answer.']),
    );

    links.app.mend();
    links.traffic.mend();
    await until(send.bind(null, 'delivered', sid), ({ status }) => status === 200);
    expect(await stored()).toBe(2);
  });
});

describe('While the traffic database alone is gone', () => {
  it('webhooks are answered 503 with a time to come back, everything else goes on, and what comes again is stored once', async () => {
    const sid = freshSid();
    const before = await stored();
    links.traffic.cut();
    expectOutage(await send('sent', sid));
    expect((await read()).status).toBe(200);
    links.traffic.mend();
    await until(send.bind(null, 'sent', sid), ({ status }) => status === 200);
    expect(await stored()).toBe(before + 1);
  });
});

describe('While the app database alone is gone', () => {
  it('webhooks of a connection whose target is kept are stored', async () => {
    const sid = freshSid();
    const before = await stored();
    await until(send.bind(null, 'sent', sid), ({ status }) => status === 200);
    links.app.cut();
    expectOutage(await read());
    expect((await send('delivered', sid)).status).toBe(200);
    expect(await stored()).toBe(before + 2);
    links.app.mend();
    await until(read, ({ status }) => status === 200);
  });
});
