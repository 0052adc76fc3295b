/**
 * Every route of the table, as every role, towards one's own company, one below, the one above, one beside and a foreign one, with
 * sound credentials and with every other kind: each cell's answer over real HTTP. What is allowed is refused for an undeclared
 * field (400), after all that is tried here, so that nothing is carried out.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';
import { permissions, roles, type Role } from '../../domain/permissions.ts';
import { audience, startTokenIssuer, type TokenIssuer } from '../harness/token-issuer.ts';
import { by, everything, fill } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const relations = ['own', 'child', 'parent', 'sibling', 'foreign'] as const;
type Relation = (typeof relations)[number];
const credentials = ['key', 'token', 'none', 'expired', 'revoked', 'wrong audience'] as const;
type Credential = (typeof credentials)[number];

const isGood = (credential: Credential) => credential === 'key' || credential === 'token';

/** Beyond the permission table: what people may do in the companies below theirs. */
const reachesBelow = ['company.read', 'company.rollup', 'franchise.create'];
/** And the routes that name nothing of a company. One that is added here is for the platform, or answers by the caller alone. */
const namesNoCompany =
  `POST /companies, GET /companies, GET /duty, POST /duty, POST /users, GET /users, POST /api-keys, GET /api-keys, GET /audit,
  GET /audit/export, GET /audit/verification, GET /providers, GET /providers/:providerKey, POST /temporal/codec/decode, GET /key-rotation,
  GET /session, DELETE /session, DELETE /sessions, POST /session/own-password, POST /key-rotation, POST /key-rotation/retire, POST /key-rotation/reverse`.split(
    /,\s+/,
  );

const title = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method.toUpperCase()} ${path}`;
const isOwned = ({ subjects }: Route) => subjects.some((name) => name !== 'providerKey');

function expected(route: Route, role: Role, relation: Relation, credential: Credential): number {
  if (!isGood(credential)) return 401;
  const allows = (permissions[route.permission] as Role[]).includes(role);
  if (role === 'platform_admin' || relation === 'own' || !isOwned(route)) return allows ? 400 : 403;
  const isOfCompany = route.subjects.every((name) => name === 'companyId');
  if (relation === 'child' && isOfCompany && permissions['company.read'].includes(role))
    return allows && reachesBelow.includes(route.permission) ? 400 : 403;
  return 404;
}

let issuer: TokenIssuer;
let api: Api;
let pool: Pool;
let things: Record<Relation, Record<string, string>>;
const headers = new Map<string, string | undefined>();

async function makeHeaders(role: Role, companyId: string | null): Promise<void> {
  const person = { companyId, name: role, email: `${role}@example.com`, phone: null, role };
  const { id: userId } = await api.stores.users.create(person, by);
  await api.stores.users.linkToken(userId, { issuer: issuer.issuer, subject: role }, by);
  const make = (expiresAt?: Date) => api.stores.apiKeys.create({ companyId, role, label: role, expiresAt }, by);
  const [key, expired, revoked] = [await make(), await make(new Date(Date.now() - 1)), await make()];
  await api.stores.apiKeys.revoke(revoked.id, by);
  const values: Record<Credential, string | undefined> = {
    key: key.key,
    token: await issuer.token(role),
    none: undefined,
    expired: expired.key,
    revoked: revoked.key,
    'wrong audience': await issuer.token(role, { aud: 'https://elsewhere.example.com' }),
  };
  for (const credential of credentials) headers.set(`${role} ${credential}`, values[credential]);
}

async function ask(route: Route, ids: Record<string, string>, credential: string | undefined) {
  const isGet = route.method === 'get';
  const { statusCode, body } = await pool.request({
    method: route.method.toUpperCase(),
    path: fill(route.path, ids) + (isGet ? '?undeclared=1' : ''),
    headers: {
      ...(credential && { authorization: `Bearer ${credential}` }),
      ...(!isGet && { 'content-type': 'application/json' }),
    },
    ...(!isGet && { body: '{"undeclared":true}' }),
  });
  return { status: statusCode, text: await body.text() };
}

beforeAll(async () => {
  issuer = await startTokenIssuer();
  api = await startApi({
    jwt: { issuer: issuer.issuer, audience, jwksUrl: issuer.jwksUrl, algorithms: ['RS256'], clockSkewS: 0 },
  });
  pool = new Pool(api.url, { connections: 16 });
  const under = async (parentCompanyId: string | null, name: string) =>
    (await api.stores.companies.create({ name, timeZone: 'UTC', parentCompanyId }, by)).id;
  const parent = await under(null, 'Parent');
  const own = await under(parent, 'Own');
  const ids = {
    own,
    parent,
    child: await under(own, 'Child'),
    sibling: await under(parent, 'Sibling'),
    foreign: await under(null, 'Foreign'),
  };
  const made = relations.map(async (relation) => [relation, await everything(api, ids[relation])] as const);
  things = Object.fromEntries(await Promise.all(made)) as typeof things;
  for (const role of roles) await makeHeaders(role, role === 'platform_admin' ? null : own);
});
afterAll(async () => {
  await pool.close();
  await api.close();
  await issuer.close();
});

/** A credential that is no good is refused before anybody asks whose the thing is: one relation shows it. Without one there is no role. */
const cells = relations.flatMap((relation) =>
  credentials
    .filter((credential) => relation === 'own' || isGood(credential))
    .flatMap((credential) =>
      roles.slice(0, credential === 'none' ? 1 : undefined).map((role) => ({ relation, role, credential })),
    ),
);

describe('The matrix of access', () => {
  it('has a thing for every name in a path: one that is new needs one in `everything`', () => {
    const names = new Set(routes.flatMap(({ subjects }) => subjects));
    for (const relation of relations) expect(Object.keys(things[relation])).toEqual(expect.arrayContaining([...names]));
  });

  it('knows every route that names no company', () => {
    expect(
      routes
        .filter((route) => !isOwned(route))
        .map(title)
        .toSorted(),
    ).toEqual(namesNoCompany.toSorted());
  });

  it.each(routes.map((route) => [title(route), route] as const))('%s', async (_, route) => {
    const missing = Object.fromEntries(
      Object.entries(things.own).map(([name, id]) => [name, name === 'eventId' ? '999999999' : id.replace(/.{4}$/, '0000')]),
    );
    const unknown = isOwned(route) ? (await ask(route, missing, headers.get('company_admin key'))).text : '';
    const told: string[] = [];
    await Promise.all(
      cells.map(async ({ relation, role, credential }) => {
        const answer = await ask(route, things[relation], headers.get(`${role} ${credential}`));
        const cell = `${role} with ${credential}, ${relation}`;
        const wanted = expected(route, role, relation, credential);
        if (answer.status !== wanted) told.push(`${cell}: ${answer.status} in place of ${wanted}`);
        // What may not be known is answered as what is not there.
        else if (wanted === 404 && answer.text !== unknown) told.push(`${cell}: ${answer.text}`);
      }),
    );
    expect(told).toEqual([]);
  });
});
