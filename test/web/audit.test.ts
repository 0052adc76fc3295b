/** The audit log in the console: looked through, verified and taken along. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyExport } from '../../db/app/verify-export.ts';
import { company, everything, platformKey } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  things = await everything(api, ours.id);
  const entry = { companyId: ours.id, actor: things['userId']!, subject: things['connectionId']!, from: '192.0.2.7' };
  await api.stores.audit.append({ ...entry, action: 'connection.pause', outcome: 'refused', detail: { reason: 'In setup.' } });
  await api.stores.audit.append({
    ...entry,
    action: 'template.update',
    subject: things['templateId']!,
    outcome: 'done',
    detail: { connectionId: things['connectionId'] },
    before: { body: 'Hi {{name}}' },
    after: { body: 'Hello {{name}}' },
  });
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});
const admin = (options?: Parameters<Console['signedIn']>[2]) => web.signedIn('company_admin', ours.id, options);

describe('Over the API the log', () => {
  const ask = async (query: string) =>
    (await api.call('GET', `/v1/companies/${ours.id}/audit?limit=100&${query}`, { key: ours.keys.company_admin })).body;

  it('is filtered by who, what, how it ended, on which connection and when, all at once', async () => {
    const actions = async (query: string) => (await ask(query)).items.map(({ action }: { action: string }) => action);
    expect(await actions(`actor=${things['userId']}`)).toEqual(['template.update', 'connection.pause']);
    expect(await actions(`actor=${things['userId']}&action=connection`)).toEqual(['connection.pause']);
    expect(await actions('outcome=refused')).toEqual(['connection.pause']);
    const ofConnection = await actions(`connectionId=${things['connectionId']}`);
    expect(ofConnection).toEqual(expect.arrayContaining(['template.update', 'connection.pause', 'connection.create']));
    expect(ofConnection).not.toContain('key.create');
    expect(await actions('to=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await actions('from=2020-01-01T00:00:00Z')).length).toBeGreaterThan(5);
    expect((await ask('action=%25')).error.issues[0].path).toBe('action');
    expect((await ask('action=template.updat')).error.issues[0].message).toContain('such as connection.pause');
  });

  it('tells an action from one whose name begins alike', async () => {
    const entry = { companyId: ours.id, actor: 'user_c', subject: 'user_c', outcome: 'done' as const };
    for (const action of ['session.end', 'session.end_all'] as const) await api.stores.audit.append({ ...entry, action });
    const actions = async (action: string) =>
      (await ask(`actor=user_c&action=${action}`)).items.map((each: { action: string }) => each.action);
    expect(await actions('session.end')).toEqual(['session.end']);
    expect(await actions('session')).toEqual(['session.end_all', 'session.end']);
  });

  it('is paged while it is filtered', async () => {
    const path = `/v1/companies/${ours.id}/audit?limit=1&actor=${things['userId']}`;
    const first = (await api.call('GET', path, { key: ours.keys.company_admin })).body;
    const second = (await api.call('GET', `${path}&cursor=${first.nextCursor}`, { key: ours.keys.company_admin })).body;
    expect([first.items[0].action, second.items[0].action, second.nextCursor]).toEqual([
      'template.update',
      'connection.pause',
      null,
    ]);
  });

  it('is verified from its start, and what was edited is named', async () => {
    const verify = async ({ id, keys }: typeof ours) =>
      (await api.call('GET', `/v1/companies/${id}/audit/verification`, { key: keys.company_admin })).body;
    expect(await verify(ours)).toMatchObject({ fits: true, finding: null, entries: expect.any(Number) });
    const damaged = await company(api, 'Damaged');
    await api.databases.app.query(`UPDATE audit_log SET actor = 'user_b' WHERE chain = '${damaged.id}' AND sequence = 2`);
    expect(await verify(damaged)).toMatchObject({
      fits: false,
      finding: { sequence: 2, kind: 'edited', entry: { actor: 'user_b' } },
    });
    const path = `/v1/companies/${damaged.id}/audit/verification`;
    expect((await api.call('GET', path, { key: damaged.keys.operator })).status).toBe(403);
  });

  it('of the platform is verified by its own people alone, and so is that of a company', async () => {
    const verify = (query: string, key: string) => api.call('GET', `/v1/audit/verification${query}`, { key });
    const platform = await platformKey(api);
    expect((await verify('', platform)).body).toMatchObject({ fits: true, finding: null });
    const damaged = await company(api, 'Damaged too');
    await api.databases.app.query(`UPDATE audit_log SET actor = 'user_b' WHERE chain = '${damaged.id}' AND sequence = 2`);
    expect((await verify(`?companyId=${damaged.id}`, platform)).body).toMatchObject({ fits: false, finding: { sequence: 2 } });
    expect((await verify('', ours.keys.company_admin)).status).toBe(403);
  });
});

describe('The page', () => {
  it('is filtered in an address that can be passed on, and shows what an entry changed', async () => {
    const page = await admin();
    await page.goto(`${api.url}/audit?who=${things['userId']}`);
    await page.getByRole('listitem').first().waitFor();
    expect(await page.getByRole('listitem').count()).toBe(2);
    await page.getByRole('listitem').getByText('Pause or resume a connection').waitFor();
    // Words and technical names both find it.
    await page.getByRole('combobox', { name: 'What' }).fill('template.up');
    await page.getByRole('option', { name: 'Change a template' }).click();
    await page.getByRole('listitem').getByText('Pause or resume a connection').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('what')).toBe('template.update');
    await page.getByRole('button', { name: /Look at it: Entry/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Hello {{name}}').waitFor();
    await dialog.getByText('192.0.2.7').waitFor();
    await dialog.getByText('template.update').waitFor();
  });

  it('shows its people the platform’s own log too, verified and exported like any', async () => {
    const page = await web.signedIn('platform_admin', null);
    await page.goto(`${api.url}/audit?company=${ours.id}`);
    await page.getByText('Of the platform').click();
    await page.getByText('What concerns the platform itself').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Sign in' }).first().waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'Change a template' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText(/All \d+ entries are as they were written/).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    expect((await downloading).suggestedFilename()).toBe('audit-platform.ndjson');
    await page.getByText(/Saved, with \d+ entries/).waitFor();
    expect(await flawsOf(page)).toEqual([]);
    const own = await admin();
    await own.goto(`${api.url}/audit?of=platform`);
    await own.getByRole('listitem').first().waitFor();
    expect(await own.getByText('Of the platform').count()).toBe(0);
  });

  it('verifies the chain, and says in words what does not fit', async () => {
    const page = await admin();
    await page.goto(`${api.url}/audit`);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText(/All \d+ entries are as they were written/).waitFor();
    const damaged = await company(api, 'Damaged as well');
    await api.databases.app.query(`UPDATE audit_log SET actor = 'user_b' WHERE chain = '${damaged.id}' AND sequence = 2`);
    const other = await web.signedIn('company_admin', damaged.id);
    await other.goto(`${api.url}/audit`);
    await other.getByRole('button', { name: 'Verify the chain' }).click();
    await other.getByText('The chain does not fit').waitFor();
    await other.getByText(/Entry 2 /).waitFor();
    await other.getByText('It says now: user_b').waitFor();
  });

  it('exports a file that proves itself', async () => {
    const page = await admin();
    await page.goto(`${api.url}/audit`);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const download = await downloading;
    await page.getByText(/Saved, with \d+ entries/).waitFor();
    const lines = (await readFile(await download.path(), 'utf8')).split('\n');
    async function* each() {
      yield* lines.filter((line) => line !== '');
    }
    const verified = await verifyExport(each(), new Map());
    expect(verified.finding).toBeNull();
    expect(await page.getByText(/Saved, with \d+ entries/).innerText()).toBe(`Saved, with ${verified.entries} entries.`);
  });

  it('saves nothing when an export is cut off', async () => {
    const page = await admin();
    await page.goto(`${api.url}/audit`);
    await page.route('**/audit/export*', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).split('\n').slice(0, 4).join('\n') });
    });
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByText('The export was cut off before its end').waitFor();
  });
});

describe('Nothing is in anybody’s way', () => {
  it.each(looks)('%s at %i pixels', async (scheme, width) => {
    const page = await admin({ dark: scheme === 'dark', width });
    await page.goto(`${api.url}/audit?who=${things['userId']}`);
    await page.getByRole('listitem').first().waitFor();
    const found = await flawsOf(page);
    await page
      .getByRole('button', { name: /Look at it: Entry/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Hash').waitFor();
    found.push(...(await flawsOf(page)));
    expect(found).toEqual([]);
  });
});
