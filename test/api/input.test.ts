import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assert, asyncProperty, constantFrom, integer, jsonValue, object, oneof, record, string } from 'fast-check';
import { z } from 'zod';
import { routes } from '../../api/routes/index.ts';
import { company, everything, fill } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  // Temporal is down here: what reaches it is answered within this time.
  api = await startApi({ answerWithinMs: 200 });
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
});
afterAll(() => api.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', path, { key: ours.keys.company_admin, body, headers });
const paths = (answer: { body: { error: { issues: { path: string }[] } } }) => answer.body.error.issues.map(({ path }) => path);

describe('Bad input', () => {
  it('is answered 400 with the path of each wrong field', async () => {
    const answer = await post(`/v1/companies/${ours.id}/users`, { name: '', email: 'nobody', phone: '555', role: 'king' });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(['name', 'email', 'phone', 'role']);
  });

  it('that is not declared is refused by its path, at any depth', async () => {
    const answer = await post(`/v1/connections/${things['connectionId']}/mappings`, {
      object: 'message',
      externalId: 'sid',
      sourceUpdatedAt: 'date',
      fields: [{ target: 'status', source: 'status', transform: { kind: 'text', extra: 1 }, required: true }],
      also: 1,
    });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(expect.arrayContaining(['fields.0.transform.extra', 'also']));
    const query = await api.call('GET', `/v1/companies/${ours.id}/users?limit=1000&sort=name`, { key: ours.keys.company_admin });
    expect(paths(query)).toEqual(expect.arrayContaining(['limit', 'sort']));
  });

  it.each(['nonsense', '12', '-1e9', 'conn_00000000000000000000000000', '%00', 'AAAA'.repeat(20)])(
    'as the cursor %s is refused or answered, on every list',
    async (cursor) => {
      for (const { path } of routes.filter(
        ({ method, query }) => method === 'get' && query instanceof z.ZodObject && 'cursor' in query.shape,
      )) {
        const { status } = await api.call('GET', `${fill(path, things)}?cursor=${cursor}`, { key: ours.keys.company_admin });
        expect([path, [200, 400, 403].includes(status)]).toEqual([path, true]);
      }
    },
  );

  it('in credentials is answered with the paths of the fields and never with a value', async () => {
    const connectionId = (
      await post(`/v1/companies/${ours.id}/connections`, { providerKey: 'twilio', purpose: 'messages', label: 'A', reason: 'B' })
    ).body.id;
    const values = { accountSid: 'canary-sid', authToken: 'canary token with spaces', extra: 'canary-extra' };
    const answer = await post(`/v1/connections/${connectionId}/onboarding/access`, { credentials: { kind: 'basic', values } });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(
      expect.arrayContaining(['credentials.values.accountSid', 'credentials.values.authToken', 'credentials.values.extra']),
    );
    expect(answer.text).not.toContain('canary');
    expect(await api.stores.credentials.staged(connectionId)).toBeNull();
  });

  it('in a mapping is named before any record runs through it', async () => {
    const answer = await post(`/v1/connections/${things['connectionId']}/mappings`, {
      object: 'usage',
      externalId: 'id',
      sourceUpdatedAt: 'at',
      fields: [{ target: 'colour', source: 'x', transform: { kind: 'text' }, required: true }],
    });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(expect.arrayContaining(['mapping.fields.0.target', 'mapping.fields']));
  });

  it.each([
    ['a number of a person', 'Call +1 415 555 2671 first'],
    ['a token', 'The token is 5f1d9c0e7b3a4d2f8c6e1a0b9d7f3e5c'],
  ])('that would carry %s into a workflow’s history is refused', async (_, reason) => {
    const answer = await post(`/v1/connections/${things['connectionId']}/pause`, { reason });
    expect([answer.status, paths(answer)]).toEqual([400, ['reason']]);
  });

  it('for a message names every variable that is missing or unknown, and the number that is none', async () => {
    const base = { connectionId: things['connectionId'], templateId: things['templateId'] };
    const variables = await post(`/v1/companies/${ours.id}/messages`, { ...base, variables: { nmae: 'A' }, to: '+14155552671' });
    expect(paths(variables)).toEqual(['variables.name', 'variables.nmae']);
    const number = await post(`/v1/companies/${ours.id}/messages`, { ...base, variables: { name: 'A' }, to: '+1415' });
    expect(paths(number)).toEqual(['to']);
    expect(number.text).not.toContain('+1415"');
    const from = await post(`/v1/companies/${ours.id}/messages`, {
      ...base,
      variables: { name: 'A' },
      to: '+14155552671',
      from: '+14155550000',
    });
    expect(paths(from)).toEqual(['from']);
  });

  it('of a template names the variable that is not declared or not used', async () => {
    const answer = await post(`/v1/companies/${ours.id}/templates`, { name: 'T', body: 'Hi {{name}}', variables: ['day'] });
    expect(answer.status).toBe(400);
    expect(answer.body.error.issues.map(({ message }: { message: string }) => message).join(' ')).toMatch(/name.*day/);
  });
});

describe('Bodies', () => {
  const path = () => `/v1/companies/${ours.id}/users`;
  const json = { 'content-type': 'application/json' };

  it('that are no JSON are answered 400', async () => {
    const answer = await post(path(), '{"name": ', json);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'malformed_body']);
  });
  it('that are not in UTF-8 are answered 400, and nothing is stored with characters put in their place', async () => {
    const latin1 = Buffer.from('{"name": "Zo\u00eb", "timeZone": "UTC"}', 'latin1');
    for (const type of ['application/json', 'application/json; charset=utf-8', 'application/json; charset=utf-16']) {
      const answer = await post(path(), latin1, { 'content-type': type });
      expect([answer.status, answer.body.error.code]).toEqual([400, 'malformed_body']);
    }
  });
  it('of another content type are answered 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=klingon'])
      expect((await post(path(), 'name=A', { 'content-type': type })).status).toBe(415);
  });
  it('of length 0, as many clients send none, are none', async () => {
    const answer = await api.call('POST', `/v1/users/${things['userId']}/enable`, { key: ours.keys.company_admin });
    expect(answer.status).toBe(200);
  });
  it('larger than 256 KiB are answered 413', async () => {
    expect((await post(path(), `"${'a'.repeat(256 * 1024)}"`, json)).status).toBe(413);
  });
  it('that nest without end are answered 400, with an Idempotency-Key too', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = open.repeat(40_000) + '1' + close.repeat(40_000);
      const body = `{"providerKey":"twilio","purpose":"x","label":"y","reason":"z","settings":{"region":${deep}}}`;
      const headers = { ...json, 'idempotency-key': `deep-${open.length}` };
      expect((await post(`/v1/companies/${ours.id}/connections`, body, headers)).status).toBe(400);
    }
  });
  it('on routes that take none are refused', async () => {
    const answer = await post(`/v1/connections/${things['connectionId']}/resume`, { now: true });
    expect([answer.status, paths(answer)]).toEqual([400, ['now']]);
  });
  it('of unknown routes are answered 404 as JSON', async () => {
    expect((await post('/v1/nowhere', {})).body.error.code).toBe('not_found');
    expect((await api.call('GET', '/nowhere')).body.error.code).toBe('not_found');
    expect((await api.call('GET', '/v1/companies/%E0%A4%A', { key: ours.keys.viewer })).status).toBe(400);
  });
});

describe('Two hundred generated requests', () => {
  it('are answered below 500, and the process lives', async () => {
    const changing = routes.filter(({ method }) => method !== 'get');
    const names = [
      'name',
      'reason',
      'credentials',
      'to',
      'settings',
      'policy',
      '__proto__',
      'constructor',
      'fields',
      'body',
      'variables',
    ];
    const body = oneof(jsonValue({ maxDepth: 4 }), object({ key: constantFrom(...names), maxDepth: 3 }), string());
    const ids = oneof(constantFrom('real'), string({ maxLength: 40 }));
    await assert(
      asyncProperty(
        record({
          route: integer({ min: 0, max: changing.length - 1 }),
          id: ids,
          body,
          query: oneof(constantFrom(''), string({ maxLength: 20 })),
        }),
        async (input) => {
          const route = changing[input.route]!;
          const named =
            input.id === 'real'
              ? things
              : Object.fromEntries(Object.keys(things).map((name) => [name, encodeURIComponent(input.id)]));
          const path = `${fill(route.path, named)}?${encodeURIComponent(input.query)}`;
          const answer = await api.call(route.method.toUpperCase(), path, {
            key: ours.keys.company_admin,
            body: JSON.stringify(input.body),
            headers: { 'content-type': 'application/json' },
          });
          // What happens to be sound goes on to Temporal, which is down here: that is said, and is no failure of ours.
          const isSound = input.query === '' && route.body.safeParse(input.body).success;
          if (isSound && answer.status >= 500)
            expect(['temporal_unavailable', 'no_answer_yet']).toContain(answer.body.error.code);
          else expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: 200 },
    );
    expect((await api.call('GET', '/healthz')).status).toBe(200);
  });
});
