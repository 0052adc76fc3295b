import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { company, everything, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;
let foreign: Record<string, string>;
let platform: string;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
  foreign = await everything(api, (await company(api, 'Theirs')).id);
  platform = await platformKey(api);
});
afterAll(() => api.close());

const title = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

describe('Keys', () => {
  it.each([
    ['none', {}],
    ['a malformed one', { authorization: 'Bearer hello' }],
    ['one that was never made', { authorization: `Bearer lw_${'a'.repeat(12)}_${'a'.repeat(43)}` }],
    ['another scheme', { authorization: 'Basic bHc6bHc=' }],
  ])('%s is answered 401', async (_, headers) => {
    const answer = await api.call('GET', '/v1/companies', { headers });
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('a known beginning with another secret is answered like one that was never made', async () => {
    const [lw, prefix] = ours.keys.viewer.split('_');
    const answers = [`${lw}_${prefix}_${'a'.repeat(43)}`, `${lw}_${'a'.repeat(12)}_${'a'.repeat(43)}`].map((key) =>
      api.call('GET', '/v1/companies', { key }),
    );
    const [wrongSecret, neverMade] = await Promise.all(answers);
    expect([wrongSecret!.status, wrongSecret!.body.error.message]).toEqual([401, neverMade!.body.error.message]);
  });

  it('no longer takes a key that was revoked, and revoking it again is harmless', async () => {
    const made = await api.call('POST', `/v1/companies/${ours.id}/api-keys`, {
      key: ours.keys.company_admin,
      body: { label: 'short-lived', role: 'viewer' },
    });
    expect(made.status).toBe(201);
    expect((await api.call('GET', '/v1/companies', { key: made.body.key })).status).toBe(200);
    for (let time = 0; time < 2; time += 1)
      expect((await api.call('DELETE', `/v1/api-keys/${made.body.id}`, { key: ours.keys.company_admin })).body.revoked).toBe(
        true,
      );
    expect((await api.call('GET', '/v1/companies', { key: made.body.key })).status).toBe(401);
  });

  it('a company’s admin makes no key of the platform', async () => {
    const path = `/v1/companies/${ours.id}/api-keys`;
    const answer = await api.call('POST', path, { key: ours.keys.company_admin, body: { label: 'x', role: 'platform_admin' } });
    expect(answer.status).toBe(400);
    expect(answer.body.error.issues[0].path).toBe('role');
    expect(
      (await api.call('POST', '/v1/api-keys', { key: ours.keys.company_admin, body: { label: 'x', role: 'viewer' } })).status,
    ).toBe(403);
  });
});

describe('People and their keys', () => {
  const admin = () => ours.keys.company_admin;
  const post = (path: string, body?: unknown, key = admin()) => api.call('POST', `/v1${path}`, { key, body });
  const makePerson = async (role: string) =>
    (await post(`/companies/${ours.id}/users`, { name: 'Ann', email: 'ann@example.com', role })).body.id as string;
  const makeKey = (body: object) => post(`/companies/${ours.id}/api-keys`, { label: 'k', role: 'viewer', ...body });

  it('stop at once when the person is disabled, and the answer says why', async () => {
    const userId = await makePerson('operator');
    const { body } = await makeKey({ role: 'operator', userId });
    expect((await api.call('GET', '/v1/companies', { key: body.key })).status).toBe(200);
    const disabled = await post(`/users/${userId}/disable`);
    expect([disabled.status, disabled.text]).toEqual([200, expect.stringContaining('disabledAt')]);
    expect((await post(`/users/${userId}/disable`)).body).toEqual(disabled.body);
    const refused = await api.call('GET', '/v1/companies', { key: body.key });
    expect([refused.status, refused.body.error.message]).toEqual([401, expect.stringContaining('was disabled')]);
    expect((await post(`/users/${userId}/enable`)).body.disabledAt).toBeNull();
    expect((await api.call('GET', '/v1/companies', { key: body.key })).status).toBe(200);
  });

  it('end when they were said to end, and show when they were used', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { body } = await makeKey({ expiresAt });
    expect((await api.call('GET', '/v1/companies', { key: body.key })).status).toBe(200);
    const { items } = (await api.call('GET', `/v1/companies/${ours.id}/api-keys?limit=1`, { key: admin() })).body;
    expect(items[0]).toMatchObject({ id: body.id, expiresAt, lastUsedAt: expect.any(String), userId: null });
    await api.databases.app.query('UPDATE api_keys SET expires_at = UTC_TIMESTAMP(3) WHERE id = :id', { replacements: body });
    const refused = await api.call('GET', '/v1/companies', { key: body.key });
    expect([refused.status, refused.body.error.message]).toEqual([401, expect.stringContaining('past its end')]);
    const past = await makeKey({ expiresAt: new Date(Date.now() - 1_000).toISOString() });
    expect([past.status, past.body.error.issues[0].path]).toEqual([400, 'expiresAt']);
  });

  it('are changed by their admin, never above the admin’s own role, and a key not above its person’s', async () => {
    const userId = await makePerson('viewer');
    const path = `/v1/users/${userId}`;
    const changed = await api.call('PATCH', path, { key: admin(), body: { name: 'Anna', role: 'operator' } });
    expect(changed.body).toMatchObject({ name: 'Anna', role: 'operator', email: 'ann@example.com' });
    expect((await api.call('PATCH', path, { key: admin(), body: { role: 'platform_admin' } })).status).toBe(400);
    expect((await api.call('PATCH', path, { key: ours.keys.operator, body: { name: 'X' } })).status).toBe(403);
    expect((await makeKey({ userId, role: 'company_admin' })).body.error.issues[0].path).toBe('role');
    const { body } = await makeKey({ userId, role: 'operator' });
    await api.call('PATCH', path, { key: admin(), body: { role: 'client' } });
    expect((await api.call('GET', `/v1/companies/${ours.id}/queue`, { key: body.key })).body.error.message).toContain('"client"');
    const audit = await api.call('GET', `/v1/companies/${ours.id}/audit?limit=100`, { key: admin() });
    const details = audit.body.items.map(({ detail }: { detail: unknown }) => detail);
    expect(JSON.stringify(details)).not.toContain('Anna');
  });

  it('of the platform are listed and disabled by the platform alone', async () => {
    const person = { name: 'Root', email: 'root@example.com' };
    const { id } = (await post('/users', person, platform)).body;
    expect((await api.call('GET', '/v1/users', { key: platform })).body.items[0].id).toBe(id);
    expect((await post(`/users/${id}/disable`)).status).toBe(404);
    const { body } = await post('/api-keys', { label: 'root', role: 'platform_admin', userId: id }, platform);
    await post(`/users/${id}/disable`, undefined, platform);
    expect((await api.call('GET', '/v1/companies', { key: body.key })).status).toBe(401);
    expect((await api.call('PATCH', `/v1/users/${id}`, { key: platform, body: { role: 'viewer' } })).status).toBe(400);
  });
});

describe('Another company’s things', () => {
  it('are not found by a body that names them either', async () => {
    const body = {
      connectionId: foreign['connectionId'],
      templateId: things['templateId'],
      variables: { name: 'A' },
      to: '+14155552671',
    };
    const message = await api.call('POST', `/v1/companies/${ours.id}/messages`, { key: ours.keys.operator, body });
    expect([message.status, message.body.error.issues[0].path]).toEqual([404, 'connectionId']);
    const key = await api.call('POST', `/v1/companies/${ours.id}/api-keys`, {
      key: ours.keys.company_admin,
      body: {
        label: 'x',
        role: 'viewer',
        userId: (
          await api.stores.users.create(
            { companyId: foreign['companyId']!, name: 'B', email: 'b@example.com', phone: null, role: 'viewer' },
            { actor: 'test' },
          )
        ).id,
      },
    });
    expect([key.status, key.body.error.issues[0].path]).toEqual([404, 'userId']);
  });

  it('do not appear in lists', async () => {
    const { body } = await api.call('GET', '/v1/companies', { key: ours.keys.company_admin });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([ours.id]);
    const all = await api.call('GET', '/v1/companies', { key: platform });
    expect(all.body.items.length).toBe(2);
  });
});

describe('Roles', () => {
  it('a client reaches their own session, the portal and nothing else', () => {
    expect(routes.filter(({ permission }) => isAllowed('client', permission)).map(title)).toEqual([
      'DELETE /session',
      'DELETE /sessions',
      'GET /session',
      'POST /session/own-password',
      'GET /companies/:companyId/portal/cards',
      'GET /companies/:companyId/portal/notes',
      'GET /companies/:companyId/portal/reports',
    ]);
  });

  it('a refusal leaves a row in the audit log with who, what and where from', async () => {
    await api.call('POST', `/v1/connections/${things['connectionId']}/pause`, { key: ours.keys.viewer, body: { reason: 'x' } });
    const { body } = await api.call('GET', `/v1/companies/${ours.id}/audit`, { key: ours.keys.company_admin });
    expect(body.items[0]).toMatchObject({
      action: 'connection.pause',
      subject: things['connectionId'],
      outcome: 'refused',
      detail: { role: 'viewer' },
    });
    expect(body.items[0].from).toContain('127.0.0.1');
  });

  it('only those who may change settings see them', async () => {
    const path = `/v1/connections/${things['connectionId']}`;
    expect((await api.call('GET', path, { key: ours.keys.company_admin })).body.policy.escalateAfterFailedRuns).toBe(3);
    const seen = (await api.call('GET', path, { key: ours.keys.viewer })).body;
    expect(seen).not.toHaveProperty('settings');
    expect(seen).not.toHaveProperty('policy');
    expect(seen.freshness).toEqual({
      stale: true,
      freshWithinS: 1_800,
      sentence: 'No update has arrived since the start; the last good value is shown.',
    });
  });
});
