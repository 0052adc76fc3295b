/** Home: what each role comes for, and nothing where nothing needs anybody. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '../../domain/permissions.ts';
import { by, company, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, password, startConsole, type Console } from '../harness/console.ts';
import { until } from '../harness/until.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  things = await everything(api, ours.id);
  await api.stores.connections.setState(things['connectionId']!, 'degraded', 'Test.', 'test');
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});

describe('Home', () => {
  it.each<[Role, RegExp[]]>([
    ['company_admin', [/^Connections that need/, /^Open incidents/, /^Failed work/, /^Tasks/]],
    ['operator', [/^Failed work/, /^Tasks/, /^Open incidents/, /^Connections that need/]],
    ['viewer', [/^Open incidents/, /^Connections that need/, /^Tasks/]],
  ])('puts first what a %s works on first', async (role, titles) => {
    const page = await web.signedIn(role, ours.id);
    // Each part comes when its own answer does.
    const found = await until(
      () => page.getByRole('heading', { level: 2 }).allInnerTexts(),
      ({ length }) => length >= titles.length,
    );
    expect(found).toEqual(titles.map((title) => expect.stringMatching(title)));
    const canComplete = await page.getByRole('button', { name: 'Done', exact: true }).count();
    expect(canComplete).toBe(role === 'viewer' ? 0 : 1);
  });

  it('lets an operator complete a task with a word on what was done', async () => {
    const subject = 'something';
    const task = { companyId: ours.id, connectionId: null, cause: 'look', subject, sentence: 'Count the parts by hand.' };
    const { id } = await api.stores.tasks.open(task);
    const page = await web.signedIn('operator', ours.id);
    const card = page.getByRole('article').filter({ hasText: 'Count the parts by hand.' });
    await card.getByRole('button', { name: 'Done' }).click();
    await card.getByLabel('What was done').fill('Counted: 12.');
    await card.getByRole('button', { name: 'Complete the task' }).click();
    await page.getByText('The task is done.').waitFor();
    await card.waitFor({ state: 'detached' });
    expect(await api.stores.tasks.find(id)).toMatchObject({ note: 'Counted: 12.', completedBy: expect.stringMatching(/^user_/) });
  });

  it('shows who is on duty and owns a connection what is theirs, first', async () => {
    const other = await company(api, 'Owned');
    const made = await everything(api, other.id);
    const { user } = await web.person('viewer', other.id);
    await api.stores.passwords.set({ ...user, companyId: other.id }, password, by);
    await api.stores.duty.save(other.id, [{ userId: user.id, timeZone: 'UTC', shifts: [] }], by);
    await api.databases.app.query(
      `UPDATE integration_connections SET owner_user_id = '${user.id}' WHERE id = '${made['connectionId']}'`,
    );
    const page = await web.open();
    await page.goto(`${api.url}/sign-in`);
    await page.getByLabel('E-mail address').fill(user.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You are on duty now.').waitFor();
    await page.getByRole('heading', { level: 2, name: 'Yours (2)' }).waitFor();
    expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toBe('Yours (2)');
  });

  it('leads from what failed to its cause', async () => {
    const page = await web.signedIn('operator', ours.id);
    await page.getByRole('link', { name: 'It could not be applied.' }).click();
    await page.getByRole('link', { name: 'All causes' }).waitFor();
    await page.getByText('The one item of this cause').waitFor();
  });

  it('goes on showing what it has when it cannot be read again, says of when that is, and goes on by itself', async () => {
    const page = await web.signedIn('operator', ours.id);
    await page.clock.install();
    await page.reload();
    const tasks = page.getByRole('heading', { level: 2, name: /^Tasks/ });
    const behind = page.getByRole('status').filter({ hasText: /What is shown is from .*\d+:\d\d [AP]M/ });
    const passTime = () => page.clock.fastForward(5_000);
    await tasks.waitFor();
    expect(await behind.count()).toBe(0);
    await page.route('**/v1/companies/**', (route) => route.abort());
    await until(() => passTime().then(() => behind.isVisible()));
    await tasks.waitFor();
    expect(await flawsOf(page)).toEqual([]);
    await page.unroute('**/v1/companies/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await behind.waitFor({ state: 'detached' });

    await page.route('**/v1/companies/**', (route) => route.abort());
    await until(() => passTime().then(() => behind.isVisible()));
    await page.unroute('**/v1/companies/**');
    await until(() => passTime().then(async () => !(await behind.isVisible())));
  });

  it('stays calm where nothing needs anybody', async () => {
    const page = await web.signedIn('company_admin', (await company(api, 'Calm')).id);
    await page.getByText('Nothing needs you now.').waitFor();
  });

  it.each(looks)('has nothing in anybody’s way, %s at %i pixels', async (scheme, width) => {
    const page = await web.signedIn('operator', ours.id, { dark: scheme === 'dark', width });
    await page.getByRole('heading', { level: 2, name: /^Tasks/ }).waitFor();
    await page.getByRole('button', { name: 'Done', exact: true }).first().click();
    expect(await flawsOf(page)).toEqual([]);
  });
});
