import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, oneof, record, string, uint8Array } from 'fast-check';
import { authToken, by, company, connection, statusCallback, accountSid } from './fixtures.ts';
import { startApi, type Api } from './server.ts';
import { signForm } from './twilio-signature.ts';

const publicUrl = 'https://hooks.example.com';
let api: Api;
let companyId: string;
let connectionId: string;
let path: string;

beforeAll(async () => {
  // Behind a proxy that ends TLS: providers sign the public address, which is not the one that the process hears.
  api = await startApi({ publicUrl });
  ({ id: companyId } = await company(api, 'Ours'));
});
beforeEach(async () => {
  connectionId = await connection(api, companyId);
  path = `/webhooks/twilio/${connectionId}?delivery=dlv_1&note=a%20b`;
});
afterAll(() => api.close());

const sid = (digit: string) => `SM${digit.repeat(32)}`;
const params = { MessageSid: sid('1'), MessageStatus: 'delivered', To: '+14155552671', From: '+14155550199' };
const send = (request: { body: unknown; headers: Record<string, string> }, to = path) => api.call('POST', to, request);
const events = async () => (await api.traffic.events.list({ connectionId, limit: 100 })).items;
const counted = async (outcome: string) => {
  const { text } = await api.call('GET', '/metrics');
  return Number(new RegExp(`linkwright_webhooks_total\\{provider="\\w+",outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
};

/** Twilio signs the address alone, and the address holds the hash of the bytes. */
const signedJson = (body: string | Buffer) => {
  const signedPath = `${path}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  const signature = signForm(authToken, publicUrl + signedPath, {});
  return { signedPath, headers: { 'content-type': 'application/json', 'x-twilio-signature': signature } };
};

describe('A webhook', () => {
  it('that is signed for the public address is stored, then answered as the provider expects', async () => {
    const answer = await send(statusCallback(publicUrl, path, params));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/xml');
    expect(await events()).toMatchObject([{ state: 'stored', duplicates: 0 }]);
  });

  it('that comes again is answered the same and counted as a duplicate', async () => {
    for (let time = 0; time < 3; time += 1) expect((await send(statusCallback(publicUrl, path, params))).status).toBe(200);
    expect((await send(statusCallback(publicUrl, path, { ...params, MessageStatus: 'read' }))).status).toBe(200);
    expect((await events()).map(({ duplicates }) => duplicates)).toEqual([0, 2]);
  });

  it('is stored and answered while Temporal is down', async () => {
    expect((await send(statusCallback(publicUrl, path, params))).status).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  it.each([
    [
      'tampered with',
      () => ({
        ...statusCallback(publicUrl, path, params),
        body: new URLSearchParams({ ...params, MessageStatus: 'sent' }).toString(),
      }),
    ],
    ['signed with a wrong secret', () => statusCallback(publicUrl, path, params, 'another-token')],
    ['signed for the private address', () => statusCallback(api.url, path, params)],
    ['signed for another query', () => statusCallback(publicUrl, path.replace('dlv_1', 'dlv_2'), params)],
  ])('%s is answered 401, counted and not stored', async (_, request) => {
    const before = await counted('signature_unknown');
    expect((await send(request())).status).toBe(401);
    expect(await counted('signature_unknown')).toBe(before + 1);
    expect(await events()).toEqual([]);
  });

  it('without a signature is answered 401 and counted by itself', async () => {
    const before = await counted('signature_missing');
    const { body } = statusCallback(publicUrl, path, params);
    expect((await send({ body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(401);
    expect(await counted('signature_missing')).toBe(before + 1);
  });

  it('in JSON whose bytes were written anew is answered 401', async () => {
    const body = '{"MessageSid": "SM11111111111111111111111111111111", "MessageStatus": "sent"}';
    const { signedPath, headers } = signedJson(body);
    expect((await send({ body: JSON.stringify(JSON.parse(body)), headers }, signedPath)).status).toBe(401);
    expect((await send({ body, headers }, signedPath)).status).toBe(200);
  });

  it('is accepted at once after its token was rotated, and one signed with the old token no longer is', async () => {
    expect((await send(statusCallback(publicUrl, path, params))).status).toBe(200);
    const values = { accountSid, authToken: 'rotated-token' };
    const { tokenId } = await api.stores.credentials.stage({ connectionId, companyId, kind: 'basic', values }, by);
    await api.stores.credentials.activate(tokenId);
    expect((await send(statusCallback(publicUrl, path, { ...params, MessageStatus: 'sent' }, 'rotated-token'))).status).toBe(200);
    expect((await send(statusCallback(publicUrl, path, params))).status).toBe(401);
  });

  it('of a connection without credentials is answered 401', async () => {
    await api.stores.credentials.forget(connectionId, by);
    expect((await send(statusCallback(publicUrl, path, params))).status).toBe(401);
  });

  it('that is signed but cannot be read is answered 400', async () => {
    const { MessageSid, ...withoutSid } = params;
    expect(MessageSid).toBeDefined();
    expect((await send(statusCallback(publicUrl, path, withoutSid))).status).toBe(400);
  });

  it.each([
    ['a form', () => new URLSearchParams(params).toString()],
    ['half a document', () => '{"MessageSid": "SM1'],
    ['bytes that are not UTF-8', () => Buffer.from([0x22, 0xff, 0x22])],
  ])('that is signed and says that it is JSON, and is %s, is answered 400, counted and not stored', async (_, body) => {
    const before = await counted('malformed');
    const { signedPath, headers } = signedJson(body());
    expect((await send({ body: body(), headers }, signedPath)).status).toBe(400);
    expect(await counted('malformed')).toBe(before + 1);
    expect(await events()).toEqual([]);
  });

  it('of another content type is answered 415, and one that is too large 413', async () => {
    const request = statusCallback(publicUrl, path, params);
    expect((await send({ ...request, headers: { ...request.headers, 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await send({ ...request, body: 'a='.padEnd(256 * 1024 + 1, 'a') })).status).toBe(413);
  });

  it('for an unknown provider or connection is answered 404, and for a disconnected one 410', async () => {
    const request = statusCallback(publicUrl, path, params);
    for (const to of [
      `/webhooks/nobody/${connectionId}`,
      '/webhooks/twilio/conn_00000000000000000000000000',
      '/webhooks/twilio/x',
    ])
      expect((await send(request, to)).status).toBe(404);
    const ended = `/webhooks/twilio/${await connection(api, companyId, 'disconnected')}`;
    expect((await send(statusCallback(publicUrl, ended, params), ended)).status).toBe(410);
  });

  it('among a hundred at once is stored exactly once', async () => {
    const requests = Array.from({ length: 100 }, (_, index) =>
      statusCallback(publicUrl, path, { ...params, MessageSid: `SM${String(index % 50).padStart(32, '0')}` }),
    );
    const answers = await Promise.all(requests.map((request) => send(request)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const stored = await events();
    expect(stored).toHaveLength(50);
    expect(stored.every(({ duplicates }) => duplicates === 1)).toBe(true);
  });
});

describe('Two hundred malformed webhooks', () => {
  it('are answered below 500, signed or not, and the process lives', async () => {
    const body = oneof(
      string({ unit: 'binary' }),
      uint8Array({ maxLength: 500 }),
      constantFrom('%', '%zz=1', '{"MessageSid":', '[]', 'null', `MessageSid=${sid('1')}&MessageSid=2`, '{"__proto__":{"a":1}}'),
    );
    const type = constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'application/json; charset=utf-16',
      'text/xml',
      'x',
    );
    const reached = new Set<number>();
    await assert(
      asyncProperty(
        record({ body, type, signature: oneof(string({ unit: 'grapheme-ascii' }), constantFrom('signed')) }),
        async (input) => {
          const isJson = input.type.startsWith('application/json');
          const form = Object.fromEntries(new URLSearchParams(Buffer.from(input.body).toString()));
          const { signedPath, headers } = isJson
            ? signedJson(Buffer.from(input.body))
            : { signedPath: path, headers: { 'x-twilio-signature': signForm(authToken, publicUrl + path, form) } };
          const signature = input.signature === 'signed' ? headers['x-twilio-signature'] : input.signature.trim();
          const sent = { 'content-type': input.type, 'x-twilio-signature': signature };
          const answer = await send({ body: input.body, headers: sent }, signedPath);
          if (input.signature === 'signed') reached.add(answer.status);
          expect(answer.status).toBeLessThan(500);
          expect(answer.status).not.toBe(200);
        },
      ),
      { numRuns: 200 },
    );
    // Signed ones come past the signature and are refused for what they say.
    expect(reached).toContain(400);
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });
});
