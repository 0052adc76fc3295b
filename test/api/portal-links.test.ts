/** Signed links into a company's portal: what they open, what they do not, and what ends them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signPortalLink } from '../../api/portal-links.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openKeyring, type Keyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { noLimits } from '../harness/no-limits.ts';
import { by, company, everything, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const perKeyAMinute = 60;
let api: Api;
let keyring: Keyring;
let ours: Awaited<ReturnType<typeof company>>;
let theirs: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ requestLimits: { ...noLimits, failedSignIns: 5, perKeyAMinute } });
  keyring = await openKeyring({
    store: keyStore(api.databases.app),
    masterKeys: [localMasterKey(Buffer.from(api.masterKey))],
  });
  ours = await company(api, 'Ours');
  theirs = await company(api, 'Theirs');
  things = await everything(api, ours.id);
  await everything(api, theirs.id);
});
afterAll(() => api.close());

const ask = (key: string, body: object = {}, companyId = ours.id) =>
  api.call('POST', `/v1/companies/${companyId}/portal/links`, { key, body });
const tokenIn = ({ body }: { body: { url: string } }) => new URL(body.url).hash.slice(1);
const read = (token: string, what = 'cards', companyId = ours.id) =>
  api.call('GET', `/v1/companies/${companyId}/portal/${what}`, { key: token });
const newAdminKey = (userId: string | null = null) =>
  api.stores.apiKeys.create({ companyId: ours.id, role: 'company_admin', label: 'host', userId }, by);

describe('A portal link', () => {
  it('reads the company’s cards, notes and reports until its end, and tells that it was given', async () => {
    const before = Date.now();
    const given = await ask(ours.keys.company_admin, { expiresInS: 600 });
    expect([given.status, given.body.url]).toEqual([
      201,
      expect.stringMatching(/^https:\/\/hooks\.example\.com\/portal\/embed#comp_/),
    ]);
    const lifeMs = Date.parse(given.body.expiresAt) - before;
    expect(Math.abs(lifeMs - 600_000)).toBeLessThan(60_000);
    for (const what of ['cards', 'notes', 'reports']) expect((await read(tokenIn(given), what)).status).toBe(200);
    const [entry] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'portal.link', subject: ours.id, outcome: 'done' });
    expect(entry!.detail['expiresAt']).toBe(given.body.expiresAt);
    expect(api.logLines.join('\n')).not.toContain(tokenIn(given));
  });

  it('opens nothing else: not another company’s portal, and no other route of its own company', async () => {
    const token = tokenIn(await ask(await platformKey(api)));
    const elsewhere = await read(token, 'cards', theirs.id);
    expect([elsewhere.status, elsewhere.body.error.message]).toEqual([404, 'No such company.']);
    for (const [method, path] of [
      ['GET', '/session'],
      ['DELETE', '/session'],
      ['GET', `/companies/${ours.id}`],
      ['GET', `/connections/${things['connectionId']}`],
      ['POST', `/companies/${ours.id}/portal/links`],
      ['POST', `/companies/${ours.id}/portal/notes`],
    ] as const) {
      const { status, body } = await api.call(method, `/v1${path}`, { key: token, ...(method === 'POST' && { body: {} }) });
      expect([path, status, body.error.message]).toEqual([path, 403, 'This link shows the portal, and nothing else.']);
    }
    const [entry] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'portal.write', outcome: 'refused', detail: { role: 'client' } });
  });

  it('lasts a minute to a day', async () => {
    for (const expiresInS of [59, 86_401, 0.5]) {
      const { status, body } = await ask(ours.keys.company_admin, { expiresInS });
      expect([status, body.error.issues[0].path]).toEqual([400, 'expiresInS']);
    }
  });

  it('is given by admins alone, for their own company', async () => {
    expect((await ask(ours.keys.operator)).status).toBe(403);
    expect((await ask(ours.keys.company_admin, {}, theirs.id)).status).toBe(404);
  });

  it('says when it has expired, and a page that goes on asking locks nobody out', async () => {
    const { id } = await newAdminKey();
    const late = await signPortalLink(keyring, { companyId: ours.id, issuedBy: id, expiresAt: new Date(Date.now() - 1_000) });
    for (let time = 0; time < 7; time += 1) {
      const { status, body } = await read(late);
      expect([status, body.error.message]).toEqual([401, expect.stringContaining('has expired')]);
    }
    expect((await read(tokenIn(await ask(ours.keys.company_admin)))).status).toBe(200);
  });

  it.each<[string, (parts: string[]) => string[]]>([
    ['another company', (parts) => [theirs.id, ...parts.slice(1)]],
    ['a later end', ([comp, end, ...rest]) => [comp!, String(Number(end) + 1), ...rest]],
    ['another giver', ([comp, end, giver, ...rest]) => [comp!, end!, `${giver!.slice(0, -2)}zz`, ...rest]],
    ['a version of the key that there is not', (parts) => parts.with(3, '999')],
    ['another signature', (parts) => parts.with(4, 'A'.repeat(43))],
  ])('does not open with %s written into it', async (_, forge) => {
    const token = tokenIn(await ask(ours.keys.company_admin));
    const forged = forge(token.split('.')).join('.');
    await api.databases.app.query('DELETE FROM request_allowances'); // forgeries are counted
    const { status, body } = await read(forged, 'cards', forged.split('.')[0]);
    expect([status, body.error.message]).toEqual([401, expect.stringContaining('not whole')]);
  });

  it('ends with the key that asked for it, and with the person behind that key', async () => {
    const byKey = await newAdminKey();
    const first = tokenIn(await ask(byKey.key));
    const person = { companyId: ours.id, name: 'Ann', email: 'host@example.com', phone: null, role: 'company_admin' as const };
    const user = await api.stores.users.create(person, by);
    const second = tokenIn(await ask((await newAdminKey(user.id)).key));
    const third = await signPortalLink(keyring, {
      companyId: ours.id,
      issuedBy: user.id,
      expiresAt: new Date(Date.now() + 60_000),
    });
    for (const token of [first, second, third]) expect((await read(token)).status).toBe(200);
    await api.stores.apiKeys.revoke(byKey.id, by);
    await api.stores.users.update(user.id, { role: 'operator' }, by);
    for (const token of [first, second, third]) {
      const { status, body } = await read(token);
      expect([status, body.error.message]).toEqual([401, expect.stringContaining('no longer holds')]);
    }
  });

  it('has an allowance of its own: who looks at the portal does not use up the host’s', async () => {
    const host = await newAdminKey();
    const token = tokenIn(await ask(host.key));
    const answers = await Promise.all(Array.from({ length: perKeyAMinute + 20 }, () => read(token)));
    expect(answers.map(({ status }) => status)).toContain(429);
    expect((await ask(host.key)).status).toBe(201);
  });
});
