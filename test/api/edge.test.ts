/** What a hostile or careless caller tries before anything of ours is asked: origins, depth, names, slowness, numbers, log lines. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nestingMax, nestsTooDeep } from '../../api/json-body.ts';
import { createLog } from '../../telemetry/log.ts';
import { routes } from '../../api/routes/index.ts';
import { until } from '../harness/until.ts';
import { authToken, company, connection, everything, fill, platformKey, statusCallback } from './fixtures.ts';
import { postHead, sendRaw } from './raw-http.ts';
import { startApi, type Api } from './server.ts';
import { signForm } from './twilio-signature.ts';

const publicUrl = 'https://hooks.example.com';
const console = 'https://console.example.com';
const limits = { headersWithinMs: 300, requestWithinMs: 600, checkEveryMs: 50, connectionsMax: 30 };
const json = { 'content-type': 'application/json' };
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;
let platform: string;

beforeAll(async () => {
  api = await startApi({ publicUrl, corsOrigins: [console], limits, answerWithinMs: 200 });
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
  platform = await platformKey(api);
});
afterAll(() => api.close());

const lines = () => api.logLines.map((line) => JSON.parse(line));

describe('A page of another origin', () => {
  const preflight = (origin: string, path = '/v1/companies') =>
    api.call('OPTIONS', path, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  it('may call when its origin is listed, with a key and without cookies', async () => {
    const { status, headers } = await preflight(console);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, console]);
    expect(headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer, headers: { origin: console } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, console]);
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it.each([
    'https://evil.test',
    'https://console.example.com.evil.test',
    'http://console.example.com',
    'https://console.example.com:8443',
    'null',
  ])('may not when it is not listed: %s', async (origin) => {
    const asked = await preflight(origin);
    expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const answer = await api.call('GET', `/v1/companies/${ours.id}`, { key: ours.keys.viewer, headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['/webhooks/twilio/conn_1', '/metrics', '/openapi.json', '/'])('is told nothing beyond the API: %s', async (path) => {
    expect((await preflight(console, path)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('JSON', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

  it.each([
    ['as deep as may be', nested(nestingMax), false],
    ['one deeper', nested(nestingMax + 1), true],
    ['of objects', '{"a":'.repeat(nestingMax + 1), true],
    ['wide and flat', `[${'[],'.repeat(1_000)}0]`, false],
    ['with brackets in a string', JSON.stringify('[{'.repeat(100)), false],
    ['with brackets behind an escaped quote', JSON.stringify(`"\\"${'['.repeat(100)}`), false],
    ['with brackets behind a string that ends in a backslash', `["\\\\",${nested(nestingMax)}]`, true],
  ])('%s is told before it is parsed', (_, text, isTooDeep) => {
    expect(nestsTooDeep(Buffer.from(text))).toBe(isTooDeep);
  });

  it('that nests too deep is answered 400 by every route that takes a body', async () => {
    for (const { method, path } of routes.filter(({ method: each }) => each !== 'get')) {
      const answer = await api.call(method.toUpperCase(), fill(path, things), {
        key: platform,
        body: `{"x":${nested(nestingMax)}}`,
        headers: json,
      });
      expect([path, answer.status, answer.body.error.message]).toEqual([path, 400, expect.stringContaining('nests too deep')]);
    }
  });

  it('that nests too deep is answered 400 as a webhook too, when it is signed', async () => {
    const body = `{"MessageSid":"SM${'1'.repeat(32)}","x":${nested(nestingMax)}}`;
    const path = `/webhooks/twilio/${things['connectionId']}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
    const headers = { ...json, 'x-twilio-signature': signForm(authToken, publicUrl + path, {}) };
    const answer = await api.call('POST', path, { body, headers });
    expect([answer.status, answer.body.error]).toEqual([
      400,
      { code: 'malformed', message: expect.stringContaining('nests too deep') },
    ]);
  });
});

describe('A name that would reach the prototype', () => {
  it.each([
    ['{"__proto__":{"polluted":true}}', '__proto__'],
    ['{"constructor":{"prototype":{"polluted":true}}}', 'constructor'],
    ['{"name":[{"x":{"__proto__":{"polluted":true}}}]}', 'name.0.x.__proto__'],
  ])('is refused by its path on every route that takes a body: %s', async (body, path) => {
    for (const route of routes.filter(({ method }) => method !== 'get')) {
      const answer = await api.call(route.method.toUpperCase(), fill(route.path, things), { key: platform, body, headers: json });
      expect([route.path, answer.status, answer.body.error.issues]).toEqual([
        route.path,
        400,
        [{ path, message: expect.any(String) }],
      ]);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is only a name in a query and in a webhook', async () => {
    const query = await api.call('GET', `/v1/companies/${ours.id}/users?__proto__[polluted]=1&constructor=1`, {
      key: ours.keys.company_admin,
    });
    expect(query.status).toBe(400);
    const connectionId = await connection(api, ours.id);
    const params = { MessageSid: `SM${'2'.repeat(32)}`, MessageStatus: 'sent', __proto__x: '1', constructor: 'c' };
    const form = Object.fromEntries([...Object.entries(params), ['__proto__', '{"polluted":true}']]);
    const answer = await api.call(
      'POST',
      `/webhooks/twilio/${connectionId}`,
      statusCallback(publicUrl, `/webhooks/twilio/${connectionId}`, form),
    );
    expect(answer.status).toBe(200);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('A slow sender', () => {
  const webhook = () => `/webhooks/twilio/${things['connectionId']}`;
  const answeredWithin = async (sender: Awaited<ReturnType<typeof sendRaw>>, drip: string) => {
    const startedAt = performance.now();
    const timer = setInterval(() => sender.heard() === '' && sender.socket.write(drip), 40);
    const said = await sender.closed.finally(() => clearInterval(timer));
    return { said, afterMs: performance.now() - startedAt };
  };

  it.each([
    ['to the webhook receiver', webhook],
    ['to Express', () => '/v1/companies'],
  ])('of headers %s is cut off', async (_, path) => {
    const sender = await sendRaw(api.url, `POST ${path()} HTTP/1.1\r\nHost: hooks.example.com\r\nX-Slow: `);
    const { said, afterMs } = await answeredWithin(sender, 'a');
    expect(said).toMatch(/^HTTP\/1.1 408 /);
    expect(afterMs).toBeGreaterThan(limits.headersWithinMs / 2);
    expect(afterMs).toBeLessThan(5_000);
  });

  it.each([
    ['to the webhook receiver', webhook, {}],
    ['to Express', () => '/v1/companies', {}],
  ])('of a body %s is cut off, and nothing is stored', async (_, path) => {
    const before = (await api.traffic.events.list({ connectionId: things['connectionId']!, limit: 100 })).items.length;
    const headers = { Authorization: `Bearer ${platform}`, 'Content-Type': 'application/json', 'Content-Length': 200 };
    const sender = await sendRaw(api.url, `${postHead(path(), headers)}{`);
    const { said, afterMs } = await answeredWithin(sender, ' ');
    expect(said).toMatch(/^HTTP\/1.1 408 /);
    expect(afterMs).toBeLessThan(5_000);
    expect((await api.traffic.events.list({ connectionId: things['connectionId']!, limit: 100 })).items).toHaveLength(before);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });

  it('costs nobody else: of a hundred, those beyond the limit are closed at once, and the others when their time is up', async () => {
    const { hostname, port } = new URL(api.url);
    let [closed, timedOut] = [0, 0];
    const senders = Array.from({ length: 100 }, () => {
      const socket = connect(Number(port), hostname, () => void socket.write('GET /healthz HTTP/1.1\r\n'));
      return socket
        .once('data', (answer) => (timedOut += String(answer).startsWith('HTTP/1.1 408 ') ? 1 : 0))
        .on('error', () => undefined)
        .once('close', () => (closed += 1));
    });
    await until(() => closed === senders.length);
    expect(timedOut).toBeGreaterThan(0);
    expect(timedOut).toBeLessThanOrEqual(limits.connectionsMax);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('A log line', () => {
  it('stays one line, whatever stands in address, headers and body', async () => {
    const forged = '\r\n{"level":60,"msg":"forged"}\u001b[2J\u2028';
    const before = api.logLines.length;
    await api.call('GET', `/v1/connections/${encodeURIComponent(forged)}`, { key: ours.keys.viewer });
    await api.call('GET', `/nowhere/${encodeURIComponent(forged)}?${encodeURIComponent(forged)}`);
    await api.call('POST', `/webhooks/${encodeURIComponent(forged)}/x`, { body: forged });
    await api.call('POST', `/v1/companies/${ours.id}/users`, {
      key: ours.keys.company_admin,
      body: { name: forged, email: 'a@example.com', phone: null, role: 'viewer' },
      headers: { 'idempotency-key': encodeURIComponent(forged), 'user-agent': 'x\u00851b' },
    });
    await until(
      () => api.logLines.length,
      (count) => count >= before + 4,
    );
    for (const line of api.logLines.slice(before)) {
      expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
      expect(line).not.toContain('forged');
    }
    expect(lines().filter(({ level }) => level === 60)).toEqual([]);
  });

  it('stays one line when an error quotes what was sent', () => {
    const written: string[] = [];
    const log = createLog({ level: 'info', service: 'api' }, { write: (line) => void written.push(line) });
    const forged = 'no such host\r\n{"level":60,"msg":"forged"}\u001b[2J';
    log.error({ err: new Error(forged), reason: forged }, forged);
    expect(written).toHaveLength(1);
    expect(written[0]!.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(written[0]!)).toMatchObject({ level: 50, msg: forged, reason: forged });
  });
});
