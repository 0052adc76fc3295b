import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { isAllowed, roles } from '../../domain/permissions.ts';
import { company, everything, fill, platformKey } from './fixtures.ts';
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

const owned = routes.filter(({ subjects }) => subjects.some((name) => name !== 'providerKey'));
const title = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

describe('Keys', () => {
  it.each([
    ['none', {}],
    ['a malformed one', { authorization: 'Bearer hello' }],
    ['one that was never made', { authorization: `Bearer lw_aaaaaaaa_${'a'.repeat(40)}` }],
    ['another scheme', { authorization: 'Basic bHc6bHc=' }],
  ])('%s is answered 401', async (_, headers) => {
    const answer = await api.call('GET', '/v1/companies', { headers });
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('asks for a key on every route of the table', async () => {
    for (const route of routes) {
      const { status } = await api.call(route.method.toUpperCase(), fill(route.path, things));
      expect([title(route), status]).toEqual([title(route), 401]);
    }
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

describe('Another company’s things', () => {
  it.each(owned.map((route) => [title(route), route] as const))(
    '%s answers 404, as for an id that does not exist',
    async (_, route) => {
      const missing = Object.fromEntries(Object.entries(foreign).map(([name, id]) => [name, id.replace(/.{4}$/, '0000')]));
      const theirs = await api.call(route.method.toUpperCase(), fill(route.path, foreign), { key: ours.keys.company_admin });
      const none = await api.call(route.method.toUpperCase(), fill(route.path, missing), { key: ours.keys.company_admin });
      expect(theirs.status).toBe(404);
      expect(theirs.text).toBe(none.text);
    },
  );

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
  const companyRoles = roles.filter((role) => role !== 'platform_admin');

  it.each(companyRoles)('%s gets 403 on exactly the routes that its role does not allow', async (role) => {
    for (const route of routes) {
      // Nothing that is allowed is carried out here: an unknown field turns it into a 400 after the permission was checked.
      const options = { key: ours.keys[role], ...(route.method !== 'get' && { body: { undeclared: true } }) };
      const path = fill(route.path, things) + (route.method === 'get' ? '?undeclared=1' : '');
      const { status } = await api.call(route.method.toUpperCase(), path, options);
      expect([title(route), status]).toEqual([title(route), isAllowed(role, route.permission) ? 400 : 403]);
    }
  });

  it('a client reaches the portal and nothing else', () => {
    expect(routes.filter(({ permission }) => isAllowed('client', permission)).map(title)).toEqual([
      'GET /companies/:companyId/portal/cards',
      'GET /companies/:companyId/portal/notes',
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
    expect(seen.freshness).toEqual({ stale: true, freshWithinS: 3_600 });
  });
});
