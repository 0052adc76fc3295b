import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI } from 'jose';
import type { TokenSettings } from '../../api/tokens.ts';
import { audience, startTokenIssuer, type TokenChanges, type TokenIssuer } from '../harness/token-issuer.ts';
import { noLimits } from '../harness/no-limits.ts';
import { by, company, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const times = { freshForMs: 600, staleForMs: 3_000, pauseMs: 100 };
const sub = 'auth0|ann';
/** Until the issuer may be asked again: a timer may come a moment early. */
const pause = () => sleep(times.pauseMs + 20);
const untilOld = () => sleep(times.freshForMs + times.pauseMs);

let issuer: TokenIssuer;
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let theirs: Awaited<ReturnType<typeof company>>;
let userId: string;

const settings = (): TokenSettings => ({
  issuer: issuer.issuer,
  audience,
  jwksUrl: issuer.jwksUrl,
  algorithms: ['RS256', 'ES256'],
  clockSkewS: 30,
});

beforeAll(async () => {
  issuer = await startTokenIssuer();
  api = await startApi({ jwt: { ...settings(), times } });
  [ours, theirs] = [await company(api, 'Ours'), await company(api, 'Theirs')];
  const person = { companyId: ours.id, name: 'Ann', email: 'ann@example.com', phone: null, role: 'viewer' as const };
  userId = (await api.stores.users.create(person, by)).id;
  const platform = await platformKey(api);
  const linked = await api.call('POST', `/v1/users/${userId}/token`, { key: platform, body: { subject: sub } });
  expect([linked.status, linked.body.tokenSubject]).toEqual([200, sub]);
});
afterEach(() => issuer.answer());
afterAll(async () => {
  await api.close();
  await issuer.close();
});

const get = (token: string, path = `/companies/${ours.id}`, from = api) => from.call('GET', `/v1${path}`, { key: token });
const statusOf = async (changes: TokenChanges) => (await get(await issuer.token(sub, changes))).status;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('A token', () => {
  it('signs its person in, in the company and role of our own row, whatever it says of them', async () => {
    const claims = { role: 'platform_admin', companyId: theirs.id, scope: 'everything', email: 'root@example.com' };
    const token = await issuer.token(sub, { claims });
    expect((await get(token)).status).toBe(200);
    expect((await get(token, `/companies/${theirs.id}`)).status).toBe(404);
    expect((await get(token, `/companies/${ours.id}/users`)).status).toBe(403);
    const [refused] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
    expect(refused).toMatchObject({ actor: userId, action: 'user.manage', outcome: 'refused', detail: { role: 'viewer' } });
  });

  it.each<[string, TokenChanges, RegExp]>([
    ['that is past its end', { exp: -60 }, /past its end/],
    ['without an end', { exp: null }, /no end/],
    ['that is not valid yet', { nbf: 120 }, /not valid yet/],
    ['for another audience', { aud: 'https://other.example.com' }, /another audience/],
    ['for no audience', { aud: [] }, /another audience/],
    ['of another issuer', { iss: 'https://evil.example.com' }, /another issuer/],
  ])('%s is answered 401 with what is wrong', async (_, changes, words) => {
    const answer = await get(await issuer.token(sub, changes));
    expect([answer.status, answer.body.error.code]).toEqual([401, 'unauthenticated']);
    expect(answer.body.error.message).toMatch(words);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('is taken within the clock skew, on both sides', async () => {
    expect([await statusOf({ exp: -20 }), await statusOf({ nbf: 20 })]).toEqual([200, 200]);
    expect(await statusOf({ aud: ['https://other.example.com', audience] })).toBe(200);
  });

  it('is refused unsigned, and signed with the public key as a shared secret', async () => {
    const [, payload] = (await issuer.token(sub)).split('.');
    for (const alg of ['none', 'None', 'NONE'])
      expect((await get(`${part({ alg })}.${payload}.`)).body.error.message).toMatch(/in a way that is not taken|cannot be read/);
    const secret = await exportSPKI(issuer.publicKey);
    for (const header of [{ alg: 'HS256' }, { alg: 'HS256', kid: 'key-1' }]) {
      const signed = `${part(header)}.${payload}`;
      const answer = await get(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
      expect([answer.status, answer.body.error.message]).toEqual([401, 'The token is signed in a way that is not taken here.']);
    }
  });

  it('is refused when a byte of it was changed, and when it is no token', async () => {
    const token = await issuer.token(sub);
    const [header, , signature] = token.split('.');
    const other = part({ iss: issuer.issuer, aud: audience, sub: 'auth0|eve', exp: 9_999_999_999 });
    for (const bad of [`${header}.${other}.${signature}`, `${token}x`, 'a.b.c', '..', `${'a'.repeat(7_000)}.b.c`])
      expect([bad.slice(0, 20), (await get(bad)).status]).toEqual([bad.slice(0, 20), 401]);
  });

  it('of somebody whom nobody linked is told apart, and lets nobody in', async () => {
    const answer = await get(await issuer.token('auth0|stranger'));
    expect([answer.status, answer.body.error.message]).toEqual([401, expect.stringContaining('nobody here is linked')]);
  });

  it('stops with the person, at once, and goes on with them', async () => {
    const token = await issuer.token(sub);
    const admin = ours.keys.company_admin;
    expect((await api.call('POST', `/v1/users/${userId}/disable`, { key: admin })).body.disabledAt).toEqual(expect.any(String));
    expect((await get(token)).body.error.message).toMatch(/was disabled/);
    await api.call('POST', `/v1/users/${userId}/enable`, { key: admin });
    expect((await get(token)).status).toBe(200);
  });

  it('is linked by the platform alone, and to one person', async () => {
    const { id } = await api.stores.users.create(
      { companyId: theirs.id, name: 'Bob', email: 'ann@example.com', phone: null, role: 'company_admin' },
      by,
    );
    const link = (key: string) => api.call('POST', `/v1/users/${id}/token`, { key, body: { subject: sub } });
    expect((await link(theirs.keys.company_admin)).status).toBe(403);
    expect((await link(await platformKey(api))).status).toBe(409);
  });

  it('is no key where no issuer is trusted', async () => {
    const plain = await startApi();
    const answer = await get(await issuer.token(sub), '/companies', plain);
    expect([answer.status, answer.body.error.message]).toEqual([401, expect.stringContaining('Send a valid API key')]);
    const { id } = await plain.stores.users.create(
      { companyId: null, name: 'R', email: 'r@example.com', phone: null, role: 'platform_admin' },
      by,
    );
    const link = await plain.call('POST', `/v1/users/${id}/token`, { key: await platformKey(plain), body: { subject: sub } });
    expect([link.status, link.body.error.message]).toEqual([409, expect.stringContaining('JWT_ISSUER')]);
    await plain.close();
  });
});

describe('The issuer’s keys', () => {
  it('are found by its discovery document, and read once for many tokens', async () => {
    const discovering = await startApi({ jwt: { ...settings(), jwksUrl: null } });
    const person = await discovering.stores.users.create(
      { companyId: null, name: 'R', email: 'r@example.com', phone: null, role: 'platform_admin' },
      by,
    );
    await discovering.stores.users.linkToken(person.id, { issuer: issuer.issuer, subject: sub }, by);
    const before = issuer.reads;
    const token = await issuer.token(sub);
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(token, '/companies', discovering)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(issuer.reads - before).toBe(1);
    await discovering.close();
  });

  it('are read again for a key that is new, and the old one goes on until it is withdrawn', async () => {
    const old = await issuer.token(sub);
    expect((await get(old)).status).toBe(200);
    await pause();
    await issuer.rotate();
    expect(await statusOf({})).toBe(200);
    expect((await get(old)).status).toBe(200);
    issuer.withdrawOld();
    await untilOld();
    expect((await get(old)).body.error.message).toMatch(/fits no key/);
    expect(await statusOf({})).toBe(200);
  });

  it('are asked again soon after a reading by nobody, and whose key is newer than that is not counted as a failed sign-in', async () => {
    const slow = await startApi({
      jwt: { ...settings(), times: { freshForMs: 600_000, staleForMs: 600_000, pauseMs: 600_000 } },
      requestLimits: { ...noLimits, failedSignIns: 3 },
    });
    const { id } = await slow.stores.users.create(
      { companyId: null, name: 'R', email: 'r@example.com', phone: null, role: 'platform_admin' },
      by,
    );
    await slow.stores.users.linkToken(id, { issuer: issuer.issuer, subject: sub }, by);
    const old = await issuer.token(sub);
    expect((await get(old, '/companies', slow)).status).toBe(200);
    await issuer.rotate();
    for (let n = 0; n < 5; n += 1) {
      const answer = await get(await issuer.token(sub), '/companies', slow);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([401, '600']);
    }
    expect((await get(old, '/companies', slow)).status).toBe(200);
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await get('lw_wrong', '/companies', slow)).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    await slow.close();
  });

  it('are not taken from where the discovery document leads over plain http to another host', async () => {
    const { jwksUrl } = issuer;
    issuer.jwksUrl = jwksUrl.replace('127.0.0.1', 'localhost');
    const misled = await startApi({ jwt: { ...settings(), jwksUrl: null } });
    const before = issuer.reads;
    const answer = await get(await issuer.token(sub), '/companies', misled);
    expect([answer.status, answer.body.error.code, issuer.reads - before]).toEqual([503, 'token_keys_unavailable', 0]);
    expect(misled.logLines.join('')).toContain('over plain http');
    issuer.jwksUrl = jwksUrl;
    await misled.close();
  });

  it('are not read for each token that names an unknown key', async () => {
    await issuer.rotate({ shown: false });
    const unknown = await issuer.token(sub);
    await issuer.rotate();
    await pause();
    const [before, begun] = [issuer.reads, Date.now()];
    const answers = await Promise.all(Array.from({ length: 30 }, () => get(unknown)));
    const pauses = Math.ceil((Date.now() - begun) / times.pauseMs);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(pauses).toBeLessThan(29); // else nothing is shown
    expect(issuer.reads - before).toBeLessThanOrEqual(pauses + 1);
  });

  it('go on while the issuer is down; a key that nobody can ask for is answered 503; too old ones end', async () => {
    await untilOld();
    const known = await issuer.token(sub);
    expect((await get(known)).status).toBe(200);
    issuer.fall();
    await untilOld();
    expect((await get(known)).status).toBe(200);
    await issuer.rotate();
    const unknown = await get(await issuer.token(sub));
    expect([unknown.status, unknown.body.error.code]).toEqual([503, 'token_keys_unavailable']);
    expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(unknown.body.error.message).toContain('API keys work meanwhile');
    expect((await get(ours.keys.viewer)).status).toBe(200);
    await sleep(times.staleForMs);
    expect((await get(known)).status).toBe(503);
    issuer.answer();
    await pause();
    expect((await get(known)).status).toBe(200);
  });
});
