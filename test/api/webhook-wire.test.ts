/** What the webhook receiver does with HTTP itself: it stands in front of Express, so nothing of this comes for free. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../harness/until.ts';
import { company, connection, statusCallback } from './fixtures.ts';
import { postHead, sendRaw } from './raw-http.ts';
import { startApi, type Api } from './server.ts';

const publicUrl = 'https://hooks.example.com';
const limit = 256 * 1024;
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
let path: string;

beforeAll(async () => {
  api = await startApi({ publicUrl });
  ours = await company(api, 'Ours');
});
beforeEach(async () => {
  connectionId = await connection(api, ours.id);
  path = `/webhooks/twilio/${connectionId}`;
});
afterAll(() => api.close());

const params = { MessageSid: `SM${'1'.repeat(32)}`, MessageStatus: 'delivered' };
const signed = (to = path) => statusCallback(publicUrl, to, params);
const events = async () => (await api.traffic.events.list({ connectionId, limit: 100 })).items;
const metrics = async () => (await api.call('GET', '/metrics')).text;
const counted = async (outcome: string) =>
  Number(
    new RegExp(`linkwright_webhooks_total\\{provider="twilio",outcome="${outcome}"\\} (\\d+)`).exec(await metrics())?.[1] ?? 0,
  );
const logged = (requestId: string | null) =>
  until(
    () => api.logLines.map((line) => JSON.parse(line)).find(({ reqId }) => reqId === requestId),
    (line) => line !== undefined,
  );

describe('A body that is too large', () => {
  it('by its declared length is refused before it comes, and the connection is closed', async () => {
    const before = await counted('too_large');
    const sender = await sendRaw(api.url, postHead(path, { ...signed().headers, 'Content-Length': limit + 1 }));
    const said = await sender.closed;
    expect(said).toMatch(/^HTTP\/1.1 413 /);
    expect(said).toMatch(/\r\nConnection: close\r\n/);
    expect(said).toContain('"code":"too_large"');
    expect(await counted('too_large')).toBe(before + 1);
  });

  it('is refused while it comes when no length was declared, and the sender hears so although it goes on', async () => {
    const before = await counted('too_large');
    const sender = await sendRaw(api.url, postHead(path, { ...signed().headers, 'Transfer-Encoding': 'chunked' }));
    const chunk = `${(64 * 1024).toString(16)}\r\n${'a'.repeat(64 * 1024)}\r\n`;
    for (let sent = 0; sent < 16; sent += 1) sender.socket.write(chunk);
    sender.socket.write('0\r\n\r\n');
    expect(await sender.closed).toMatch(/^HTTP\/1.1 413 /);
    expect(await counted('too_large')).toBe(before + 1);
    expect(await events()).toEqual([]);
  });

  it('is one byte more than the limit, not the limit itself', async () => {
    const body = (size: number) => ({ ...signed(), body: 'a='.padEnd(size, 'a') });
    expect((await api.call('POST', path, body(limit))).status).toBe(401);
    expect((await api.call('POST', path, body(limit + 1))).status).toBe(413);
  });
});

describe('A sender that goes away in the middle of its body', () => {
  it('leaves no event, and a log line that does not pretend that it was answered', async () => {
    const before = await counted('aborted');
    const { body, headers } = signed();
    const sender = await sendRaw(api.url, postHead(path, { ...headers, 'Content-Length': body.length }) + body.slice(0, 20));
    sender.socket.end();
    sender.socket.destroy();
    await until(
      () => counted('aborted'),
      (count) => count === before + 1,
    );
    expect(await events()).toEqual([]);
    const line = api.logLines.map((text) => JSON.parse(text)).find(({ outcome }) => outcome === 'aborted');
    expect(line).toMatchObject({ msg: 'not answered', route: '/webhooks/:provider/:connectionId' });
    expect(line).not.toHaveProperty('res');
  });
});

describe('A webhook on the wire', () => {
  it('that asks first whether to send its body is told to go on', async () => {
    const { body, headers } = signed();
    const head = postHead(path, { ...headers, 'Content-Length': body.length, Expect: '100-continue', Connection: 'close' });
    const sender = await sendRaw(api.url, head);
    await until(sender.heard, (heard) => heard.startsWith('HTTP/1.1 100 Continue'));
    sender.socket.write(body);
    expect(await sender.closed).toMatch(/HTTP\/1.1 200 OK/);
    expect(await events()).toHaveLength(1);
  });

  it('that comes in chunks is put together, and the next on the same connection is answered too', async () => {
    const { body, headers } = signed();
    const chunks = [body.slice(0, 7), body.slice(7)].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
    const chunked = `${postHead(path, { ...headers, 'Transfer-Encoding': 'chunked' })}${chunks.join('')}0\r\n\r\n`;
    const whole = postHead(path, { ...headers, 'Content-Length': body.length, Connection: 'close' }) + body;
    const sender = await sendRaw(api.url, chunked + whole);
    expect((await sender.closed).match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(await events()).toMatchObject([{ duplicates: 1 }]);
  });

  it.each(["?a='%zz&b=%C3%28", '?a=%20b+c&a=;', '/?x', '?'])(
    'is checked against the address exactly as sent: %s',
    async (rest) => {
      const { body, headers } = signed(path + rest);
      const head = postHead(path + rest, { ...headers, 'Content-Length': body.length, Connection: 'close' });
      expect(await (await sendRaw(api.url, head + body)).closed).toMatch(/^HTTP\/1.1 200 OK/);
    },
  );

  it('whose address encodes nothing is answered 400', async () => {
    const { body, headers } = signed();
    const head = postHead(`/webhooks/twilio/%zz`, { ...headers, 'Content-Length': body.length, Connection: 'close' });
    expect(await (await sendRaw(api.url, head + body)).closed).toMatch(/^HTTP\/1.1 400 .*"malformed_request"/s);
  });

  it('that was compressed on its way is answered 415', async () => {
    const { body, headers } = signed();
    const answer = await api.call('POST', path, { body: gzipSync(body), headers: { ...headers, 'content-encoding': 'gzip' } });
    expect([answer.status, answer.body.error.code]).toEqual([415, 'unsupported_media_type']);
    expect(await events()).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('is none when it is a %s: that is an unknown route', async (method) => {
    expect((await api.call(method, path)).status).toBe(404);
  });
});

describe('A connection that another process disconnected', () => {
  it('is answered 410 within a moment, though its target was kept', async () => {
    expect((await api.call('POST', path, signed())).status).toBe(200);
    await api.stores.connections.setState(connectionId, 'disconnected', 'Test.', 'test');
    const answer = await until(
      () => api.call('POST', path, signed()),
      ({ status }) => status !== 200,
    );
    expect([answer.status, answer.body.error.code]).toEqual([410, 'disconnected']);
  });
});

describe('A webhook and a request to Express', () => {
  it('leave log lines of the same shape', async () => {
    const ids = { webhook: { connectionId }, express: { companyId: ours.id } };
    const webhook = await api.call('POST', path, signed());
    const express = await api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer });
    const lines = {
      webhook: await logged(webhook.headers.get('x-request-id')),
      express: await logged(express.headers.get('x-request-id')),
    };
    const { outcome, route, ...shared } = lines.webhook;
    expect([outcome, route]).toEqual(['stored', '/webhooks/:provider/:connectionId']);
    const { key, ...sharedByExpress } = lines.express;
    expect(key).toMatch(/^key_/);
    const any = { time: expect.any(Number), reqId: expect.stringMatching(/^req_/), responseTime: expect.any(Number) };
    const answered = { level: 30, service: 'api', res: { status: 200 }, msg: 'answered', ...any };
    expect(shared).toEqual({ ...answered, event: 'webhook', req: { method: 'POST' }, ids: ids.webhook });
    const expressRoute = '/v1/companies/:companyId';
    expect(sharedByExpress).toEqual({
      ...answered,
      event: 'request',
      req: { method: 'GET' },
      ids: ids.express,
      route: expressRoute,
    });
  });

  it('are refused with the same headers and the same kind of body', async () => {
    const refused = [await api.call('POST', '/webhooks/twilio/x', signed()), await api.call('POST', '/elsewhere', signed())];
    for (const { status, headers, body } of refused) {
      expect([status, headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
      expect(Object.keys(body.error)).toEqual(['code', 'message']);
    }
  });

  it('are timed under the same labels', async () => {
    await api.call('POST', path, signed());
    await api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer });
    const series = (method: string, route: string) =>
      `linkwright_http_request_seconds_count{method="${method}",route="${route}",status="200"}`;
    const text = await until(metrics, (said) => said.includes(series('POST', '/webhooks/:provider/:connectionId')));
    expect(text).toContain(series('GET', '/v1/companies/:companyId'));
    expect(text).not.toContain(connectionId);
  });
});
