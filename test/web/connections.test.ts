/** The list of connections and the page of one, in a real browser on the real API and its rows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '../../domain/permissions.ts';
import { by, company, connection } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
const many = 130;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  const { user } = await web.person('operator', ours.id);
  await api.stores.duty.save(ours.id, [{ userId: user.id, timeZone: 'UTC', shifts: [] }], by);
  for (let number = 1; number <= many; number += 1) await create(`Branch ${String(number).padStart(3, '0')}`);
  await ran(await connection(api, ours.id));
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});

const signedIn = (role: Role, options?: Parameters<Console['signedIn']>[2]) => web.signedIn(role, ours.id, options);

function create(label: string) {
  const facts = { companyId: ours.id, providerKey: 'hubspot', purpose: 'crm', label, ownerUserId: null, reason: 'Test' };
  return api.stores.connections.create({ ...facts, settings: {} }, by);
}

/** Three runs went well and one did not. */
async function ran(connectionId: string): Promise<void> {
  const [job] = await api.stores.jobs.list(connectionId);
  for (const [place, outcome] of (['succeeded', 'failed', 'succeeded', 'succeeded'] as const).entries()) {
    const opened = await api.stores.runs.open({ jobId: job!.id, workflowId: `sync:${place}`, trigger: 'schedule' });
    if (opened.opened) await api.stores.runs.close(opened.runId, { outcome });
  }
  await api.stores.connections.markSucceeded(connectionId, new Date());
}

describe('The list', () => {
  it('says of each connection who looks after it, when it last went well and how its runs went', async () => {
    const page = await signedIn('viewer');
    await page.goto(`${api.url}/connections`);
    const row = page.getByRole('article', { name: 'Front desk' });
    await row.getByText('Active').waitFor();
    const { onDuty } = (await api.call('GET', `/v1/companies/${ours.id}/duty`, { key: ours.keys.viewer })).body;
    await row.getByText((await api.stores.users.find(onDuty[0]))!.name).waitFor();
    await row.getByText('on duty').waitFor();
    await row.getByRole('img', { name: '3 of 4 runs went well in the last 7 days' }).waitFor();
    await row.getByText('75%').waitFor();
    await page.getByRole('article', { name: 'Branch 130' }).getByText('Finish the next onboarding step.').waitFor();
    expect(await page.getByRole('link', { name: 'Connect', exact: true }).count()).toBe(0);
    await row.getByRole('link', { name: 'Front desk' }).click();
    await page.waitForURL(/\/connections\/conn_/);
  });

  it('is searched and filtered by the server, in an address that can be passed on', async () => {
    const page = await signedIn('company_admin');
    await page.goto(`${api.url}/connections`);
    await page.getByRole('link', { name: 'Connect', exact: true }).waitFor();
    await page.getByRole('article', { name: 'Branch 130' }).waitFor();
    // Far beyond the first page.
    await page.getByLabel('Search by name or provider').pressSequentially('branch 007');
    await page.getByText('1 connection found.').waitFor();
    await page.getByRole('article', { name: 'Branch 007' }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('branch 007');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByRole('article', { name: 'Branch 130' }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).click();
    await page.getByRole('option', { name: 'Active' }).click();
    await page.getByText('1 connection found.').waitFor();
    const passedOn = page.url();
    expect(new URL(passedOn).search).toBe('?state=active');

    const other = await signedIn('viewer');
    await other.goto(`${passedOn}&q=twilio`);
    await other.getByRole('article', { name: 'Front desk' }).waitFor();
    expect(await other.getByLabel('Search by name or provider').inputValue()).toBe('twilio');
    await other.getByLabel('Search by name or provider').fill('no such thing');
    await other.getByText('No connection fits.').waitFor();
  });

  it('goes on while one scrolls, and never holds more than what is near the window', async () => {
    const page = await signedIn('viewer');
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith('/connections') && pathname.startsWith('/v1/')) asked.push(searchParams.get('cursor') ?? 'first');
    });
    await page.goto(`${api.url}/connections`);
    const rows = page.getByRole('list', { name: 'Connections' }).getByRole('article');
    await rows.first().waitFor();
    const last = page.getByRole('article', { name: 'Branch 001' });
    const most: number[] = [];
    while (!(await last.isVisible())) {
      await page.mouse.wheel(0, 1_200);
      await page.waitForFunction('new Promise((told) => requestAnimationFrame(() => told(true)))');
      most.push(await rows.count());
    }
    await page.getByText('131 connections.').waitFor();
    expect(await last.locator('xpath=..').getAttribute('aria-setsize')).toBe(String(many + 1));
    expect(Math.max(...most)).toBeLessThan(45);
    expect(new Set(asked).size).toBe(3);
  });

  it.each(looks)('has nothing in anybody’s way, %s at %i pixels', async (scheme, width) => {
    const page = await signedIn('company_admin', { dark: scheme === 'dark', width });
    await page.goto(`${api.url}/connections`);
    await page.getByRole('article', { name: 'Front desk' }).waitFor();
    expect(await flawsOf(page)).toEqual([]);
  });
});
