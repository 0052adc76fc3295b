/**
 * The platform's keys with a role below `platform_admin`: they reach every company, within their role, and touch no key or person
 * above it. As in the matrix of access, what is allowed is refused for an undeclared field (400), so that nothing is carried out.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';
import { permissions, type Role } from '../../domain/permissions.ts';
import { by, company, everything, fill, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const below = ['company_admin', 'operator', 'viewer'] as const;

let api: Api;
let root: string;
let things: Record<string, string>;
/** A key and a person of the platform's highest role. */
let above: { keyId: string; key: string; userId: string };
const keys = {} as Record<(typeof below)[number], string>;

beforeAll(async () => {
  api = await startApi();
  root = await platformKey(api);
  things = await everything(api, (await company(api, 'Ours')).id);
  const person = { companyId: null, name: 'Root', email: 'root@example.com', phone: null, role: 'platform_admin' as const };
  const userId = (await api.stores.users.create(person, by)).id;
  const { id, key } = await api.stores.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'root', userId }, by);
  above = { keyId: id, key, userId };
  for (const role of below) keys[role] = (await api.stores.apiKeys.create({ companyId: null, role, label: role }, by)).key;
});
afterAll(() => api.close());

const isAllowed = (role: Role, permission: keyof typeof permissions) => (permissions[permission] as Role[]).includes(role);
const newest = async () => (await api.stores.audit.list({ companyId: null, limit: 1 })).items[0]!;

describe.each(below)('A key of the platform with the role %s', (role) => {
  it('may do in every company what its role may, and nothing of the platform’s that it may not', async () => {
    const told: string[] = [];
    const ask = async (route: Route) => {
      const isGet = route.method === 'get';
      const { status } = await api.call(
        route.method.toUpperCase(),
        fill(route.path, things) + (isGet ? '?undeclared=1' : ''),
        isGet ? { key: keys[role] } : { key: keys[role], body: { undeclared: true } },
      );
      const wanted = isAllowed(role, route.permission) ? 400 : 403;
      if (status !== wanted) told.push(`${route.method} ${route.path}: ${status} in place of ${wanted}`);
    };
    await Promise.all(routes.map(ask));
    expect(told).toEqual([]);
  });

  it('changes no key or person above it, whatever the route, and each try is in the platform’s audit log', async () => {
    const changing = routes.filter(({ method, subjects }) => method !== 'get' && subjects.some((n) => /^(key|user)Id$/.test(n)));
    expect(changing.length).toBeGreaterThanOrEqual(5);
    for (const route of changing) {
      const answer = await api.call(route.method.toUpperCase(), fill(route.path, { ...things, ...above }), {
        key: keys[role],
        body: {},
      });
      expect([route.path, answer.status]).toEqual([route.path, 403]);
      const subject = route.path.includes(':keyId') ? above.keyId : above.userId;
      expect(await newest()).toMatchObject({ action: route.permission, subject, outcome: 'refused', detail: { role } });
    }
    expect((await api.call('GET', '/v1/companies', { key: above.key })).status).toBe(200);
    expect((await api.stores.users.find(above.userId))!.email).toBe('root@example.com');
  });
});

it('Keys of the platform of the same role or below it can be revoked', async () => {
  const make = (role: Role) => api.stores.apiKeys.create({ companyId: null, role, label: 'spare' }, by);
  const revoke = async (role: Role, key: string) =>
    (await api.call('DELETE', `/v1/api-keys/${(await make(role)).id}`, { key })).status;
  expect([await revoke('company_admin', keys.company_admin), await revoke('viewer', keys.company_admin)]).toEqual([200, 200]);
  expect([await revoke('platform_admin', keys.company_admin), await revoke('platform_admin', root)]).toEqual([403, 200]);
});
