/** People who sign in with a browser: by link, by password and at an OpenID Connect provider, over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { write } from '../../db/sql.ts';
import { noLimits } from '../harness/no-limits.ts';
import { startOidcProvider, type OidcProvider } from '../harness/oidc-provider.ts';
import { by, company, platformKey } from './fixtures.ts';
import { startApi, type Answer, type Api } from './server.ts';

const password = 'a sentence of my own';
const cookieName = '__Host-linkwright';
const ownPage = { 'sec-fetch-site': 'same-origin' };

let api: Api;
let provider: OidcProvider;
let ours: Awaited<ReturnType<typeof company>>;
let platform: string;
let people = 0;

beforeAll(async () => {
  provider = await startOidcProvider({ redirectUri: 'https://hooks.example.com/v1/session/oidc/callback' });
  api = await startApi({ oidc: provider.settings, requestLimits: { ...noLimits, failedSignIns: 5 } });
  ours = await company(api, 'Ours');
  platform = await platformKey(api);
});
afterAll(async () => {
  await api.close();
  await provider.close();
});

async function person(role: 'operator' | 'client' = 'operator') {
  people += 1;
  const email = `Person${people}@example.com`;
  return api.stores.users.create({ companyId: ours.id, name: `Person ${people}`, email, phone: null, role }, by);
}
const cookieOf = ({ headers }: Pick<Answer, 'headers'>) =>
  new RegExp(`^${cookieName}=([\\w-]{43});`).exec(headers.getSetCookie().at(-1) ?? '')?.[1];
const post = (path: string, body: object, headers: Record<string, string> = ownPage) =>
  api.call('POST', `/v1/session${path}`, { body, headers });
const asBrowser = (cookie: string, more: Record<string, string> = ownPage) => ({ cookie: `${cookieName}=${cookie}`, ...more });
const me = (cookie: string) => api.call('GET', '/v1/session', { headers: asBrowser(cookie) });

async function byLink(userId: string): Promise<{ cookie: string; token: string }> {
  const link = await api.call('POST', `/v1/users/${userId}/sign-in-link`, { key: ours.keys.company_admin, body: {} });
  expect(link.status).toBe(201);
  const { token } = link.body;
  const signedIn = await post('/link', { token });
  expect([signedIn.status, signedIn.body]).toEqual([201, { userId, needsPassword: true }]);
  return { cookie: cookieOf(signedIn)!, token };
}
async function withPassword() {
  const user = await person();
  const { cookie } = await byLink(user.id);
  const set = await api.call('POST', '/v1/session/own-password', { headers: asBrowser(cookie), body: { password } });
  expect([set.status, set.body]).toEqual([200, { ended: 0 }]);
  return { user, cookie };
}

describe('A sign-in link', () => {
  it('signs its person in once, in a cookie that no script reads and no other site sends along', async () => {
    const user = await person();
    const { cookie, token } = await byLink(user.id);
    expect(cookie).toHaveLength(43);
    const again = await post('/link', { token });
    expect([again.status, again.body.error.message]).toEqual([401, expect.stringContaining('was used, has expired')]);
    expect((await me(cookie)).body).toMatchObject({
      user: { id: user.id },
      role: 'operator',
      company: { id: ours.id },
      method: 'link',
      permissions: expect.arrayContaining(['failure.work']),
    });
  });

  it('has every attribute that keeps the cookie where it belongs', async () => {
    const { token } = await api.stores.passwords.createLink(await person(), { validForMs: 60_000 }, by);
    const [line = ''] = (await post('/link', { token })).headers.getSetCookie();
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(line).toContain(attribute);
    expect(line).not.toContain('Domain');
  });

  it('is no longer good once there is a newer one, when its time is over, and for who was disabled', async () => {
    const user = await person();
    const { token: older } = await api.stores.passwords.createLink(user, { validForMs: 60_000 }, by);
    const { token: late } = await api.stores.passwords.createLink(user, { validForMs: 0 }, by);
    const { token: disabled } = await api.stores.passwords.createLink(await disabledPerson(), { validForMs: 60_000 }, by);
    for (const token of [older, late, disabled]) {
      await write(api.databases.app, 'DELETE FROM request_allowances', {});
      expect((await post('/link', { token })).status).toBe(401);
    }
  });
});

async function disabledPerson() {
  const user = await person();
  return api.stores.users.disable(user.id, by);
}

describe('A password', () => {
  it('is set after a link, kept as argon2id alone, and signs in whatever the case of the e-mail address', async () => {
    const { user } = await withPassword();
    const signedIn = await post('/password', { email: user.email.toUpperCase(), password });
    expect([signedIn.status, signedIn.body.needsPassword]).toEqual([201, false]);
    expect((await me(cookieOf(signedIn)!)).body).toMatchObject({ user: { id: user.id }, method: 'password' });
    const [rows] = await api.databases.app.query(`SELECT hash FROM user_passwords WHERE user_id = '${user.id}'`);
    expect(rows).toEqual([{ hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/) }]);
    expect(api.logLines.join('\n')).not.toContain(password);
  });

  it('is refused with the same words for a wrong one and for an unknown person, and its owner finds the try', async () => {
    const { user } = await withPassword();
    const wrong = await post('/password', { email: user.email, password: 'not the sentence' });
    const unknown = await post('/password', { email: 'nobody@example.com', password });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body.error).toEqual(unknown.body.error);
    const [entry] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'session.begin', outcome: 'refused', subject: user.id });
  });

  it('is guessed a few times only, from however many addresses', async () => {
    const { user } = await withPassword();
    const statuses: number[] = [];
    for (let guess = 0; guess < 7; guess += 1) {
      await write(api.databases.app, `DELETE FROM request_allowances WHERE \`key\` LIKE '%failed%'`, {});
      statuses.push((await post('/password', { email: user.email, password: `guess ${guess} of many` })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    await write(api.databases.app, 'DELETE FROM request_allowances', {});
  });

  it('that is too short or too plain is refused by its field', async () => {
    const { cookie } = await byLink((await person()).id);
    for (const weak of ['short', 'aaaaaaaaaaaaaaaa']) {
      const answer = await api.call('POST', '/v1/session/own-password', { headers: asBrowser(cookie), body: { password: weak } });
      expect([answer.status, answer.body.error.issues[0].path]).toEqual([400, 'password']);
    }
  });

  it('is changed with the old one alone, and other browsers are signed out by it', async () => {
    const { user, cookie: first } = await withPassword();
    const second = cookieOf(await post('/password', { email: user.email, password }))!;
    const change = (current?: string) =>
      api.call('POST', '/v1/session/own-password', {
        headers: asBrowser(second),
        body: { password: `${password} too`, current },
      });
    expect((await change()).body.error.issues[0].path).toBe('current');
    const changed = await change(password);
    expect([changed.status, changed.body]).toEqual([200, { ended: 1 }]);
    expect([(await me(first)).status, (await me(second)).status]).toEqual([401, 200]);
    expect((await post('/password', { email: user.email, password })).status).toBe(401);
  });

  it('goes with the person’s e-mail address, which is of one person alone', async () => {
    const [one, other] = [await withPassword(), await withPassword()];
    await api.stores.users.update(one.user.id, { email: 'moved@example.com' }, by);
    expect((await post('/password', { email: 'Moved@example.com', password })).status).toBe(201);
    await expect(api.stores.users.update(other.user.id, { email: 'MOVED@example.com' }, by)).rejects.toThrow('Another person');
  });
});

describe('A browser', () => {
  it('does nothing that a page of another site asks of it', async () => {
    const { cookie } = await byLink((await person()).id);
    const from = async (headers: Record<string, string>) =>
      (await api.call('DELETE', '/v1/session', { headers: asBrowser(cookie, headers) })).status;
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await from({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await from({ origin: 'https://evil.example.com' })).toBe(403);
    expect(await from({})).toBe(403);
    expect(await from({ origin: api.url })).toBe(200);
    expect((await me(cookie)).status).toBe(401);
  });

  it('does not sign in by a form of another site', async () => {
    expect((await post('/password', { email: 'a@example.com', password }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('is kept to its role, and out at once when the person is disabled', async () => {
    const user = await person('client');
    const { cookie } = await byLink(user.id);
    const read = (path: string) => api.call('GET', `/v1/companies/${ours.id}/${path}`, { headers: asBrowser(cookie) });
    expect([(await read('portal/cards')).status, (await read('users')).status]).toEqual([200, 403]);
    await api.stores.users.disable(user.id, by);
    expect((await me(cookie)).status).toBe(401);
  });

  it('is given a new cookie when its own is old; the one of before ends the session for both who hold it', async () => {
    const { cookie: first } = await byLink((await person()).id);
    const age = (column: string, minutes: number) =>
      write(api.databases.app, `UPDATE sessions SET ${column} = ${column} - INTERVAL ${minutes} MINUTE`, {});
    expect(cookieOf(await me(first))).toBeUndefined();
    await age('rotated_at', 16);
    const second = cookieOf(await me(first))!;
    expect(second).toHaveLength(43);
    expect(second).not.toBe(first);
    // What was on its way with the old one, and what comes with the new one.
    expect([(await me(first)).status, (await me(second)).status]).toEqual([200, 200]);
    await age('confirmed_at', 2);
    const shown = await me(first);
    expect([shown.status, shown.body.error.message]).toEqual([401, expect.stringContaining('an old cookie of yours')]);
    expect((await me(second)).status).toBe(401);
  });

  it('whose new cookie was lost on the way is given another', async () => {
    const { cookie: first } = await byLink((await person()).id);
    await write(api.databases.app, 'UPDATE sessions SET rotated_at = rotated_at - INTERVAL 16 MINUTE', {});
    const lost = cookieOf(await me(first))!;
    await write(api.databases.app, 'UPDATE sessions SET rotated_at = rotated_at - INTERVAL 1 MINUTE', {});
    const second = cookieOf(await me(first))!;
    expect([(await me(second)).status, (await me(lost)).status]).toEqual([200, 401]);
  });

  it('signs out everywhere; a key has nothing to sign out of', async () => {
    const { user, cookie } = await withPassword();
    const other = cookieOf(await post('/password', { email: user.email, password }))!;
    const everywhere = await api.call('DELETE', '/v1/sessions', { headers: asBrowser(other) });
    expect([everywhere.status, everywhere.body]).toEqual([200, { ended: 2 }]);
    expect([(await me(cookie)).status, (await me(other)).status]).toEqual([401, 401]);
    expect((await api.call('DELETE', '/v1/session', { key: ours.keys.viewer })).status).toBe(409);
    expect((await api.call('GET', '/v1/session', { key: ours.keys.viewer })).body).toMatchObject({ user: null, role: 'viewer' });
  });
});

describe('OpenID Connect', () => {
  /** The provider knows our public address; the test's server stands somewhere else. */
  const here = (location: string) => location.replace('https://hooks.example.com', api.url);

  const begin = (returnTo: string) => fetch(`${api.url}/v1/session/oidc?returnTo=${returnTo}`, { redirect: 'manual' });

  it('signs in who is linked, in this browser alone, and leads back to a page of ours', async () => {
    const user = await person();
    const linked = await api.call('POST', `/v1/users/${user.id}/token`, { key: platform, body: { subject: 'ann' } });
    expect([linked.status, linked.body.tokenSubject]).toEqual([200, 'ann']);
    const begun = await begin('/connections');
    expect(begun.status).toBe(303);
    const back = await provider.signIn('ann', begun.headers.get('location')!);
    const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
    const elsewhere = await fetch(here(back), { redirect: 'manual' });
    expect(elsewhere.status).toBe(401);
    const done = await fetch(here(back), { redirect: 'manual', headers: { cookie } });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/connections']);
    expect((await me(cookieOf(done)!)).body).toMatchObject({ user: { id: user.id }, method: 'oidc' });
  });

  it('leads to no page of anybody else', async () => {
    await api.stores.users.linkToken((await person()).id, { issuer: provider.settings.issuer, subject: 'eve' }, by);
    const begun = await begin('//evil.example.com');
    const back = await provider.signIn('eve', begun.headers.get('location')!);
    const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
    const done = await fetch(here(back), { redirect: 'manual', headers: { cookie } });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/']);
  });

  it('tells who is not linked to ask an admin', async () => {
    const begun = await begin('/');
    const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!;
    const back = await provider.signIn('stranger', begun.headers.get('location')!);
    const answer = await fetch(here(back), { redirect: 'manual', headers: { cookie } });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('not known here yet')]);
  });
});
