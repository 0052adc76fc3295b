/** How connections are, in a real browser, on the real API and its rows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '../../domain/permissions.ts';
import { by, company, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsInEveryLook, menu, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  things = await everything(api, ours.id);
  const { connectionId, runId } = things as { connectionId: string; runId: string };
  await api.stores.companies.create({ name: 'Bright Harbor North', timeZone: 'UTC', parentCompanyId: ours.id }, by);
  await api.stores.runs.close(runId, { outcome: 'failed', code: 'provider_unavailable', sentence: 'Nobody answered.' });
  const check = { connectionId, companyId: ours.id, kind: 'probe' as const, ok: true, latencyMs: 42, code: null };
  await api.stores.health.record({ ...check, sentence: 'It answers.' });
  const value = { companyId: ours.id, connectionId, metricKey: 'messages_delivered' as const };
  await api.stores.metrics.saveSnapshot({ ...value, kind: 'current', value: '752', at: new Date() });
  await api.stores.connections.markSucceeded(connectionId, new Date());
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});
const signedIn = (role: Role, options?: Parameters<Console['signedIn']>[2]) => web.signedIn(role, ours.id, options);
const unusual = '214 messages created or updated in one run, usually 12 to 40.';

describe('Every look', () => {
  it.each([
    ['connections', 'Provider answered in'],
    ['providers', 'A check is a run or a cheap call'],
    ['anomalies', unusual],
    ['companies', 'Text messages delivered'],
  ])('of %s has nothing in anybody’s way', async (tab, text) => {
    const page = await signedIn('operator');
    await page.goto(`${api.url}/health?tab=${tab}`);
    await page.getByText(text).first().waitFor();
    expect(await flawsInEveryLook(page)).toEqual([]);
  });
});

describe('A viewer', () => {
  it('reads how each connection is, and why', async () => {
    const page = await signedIn('viewer');
    await menu(page, 'Health').click();
    const card = page.getByRole('article').filter({ hasText: 'Front desk' });
    await card.getByText('At risk').waitFor();
    await card.getByText('1 item of failed work is open').waitFor();
    const facts = await card.locator('dl').innerText();
    expect(facts).toMatch(/0 % succeeded \(0 of 1\)/);
    expect(facts).toMatch(/42 ms/);
    expect(facts).toMatch(/1 open/);
  });

  it('reads moments of its own zone in the reasons', async () => {
    const other = await company(api, 'Late');
    const { connectionId } = await everything(api, other.id);
    await api.stores.connections.markSucceeded(connectionId!, new Date('2026-11-01T06:30:00Z'));
    const page = await web.signedIn('viewer', other.id);
    await page.goto(`${api.url}/health`);
    const late = page.getByRole('listitem').filter({ hasText: 'Its last good run' }).last();
    expect(await late.innerText()).toMatch(/was at Oct 31, 2026, 11:30\sPM; one is expected every \d+ minutes\./);
  });

  it('reads rates by provider over the days in the address, as figures and as a picture that is said', async () => {
    const page = await signedIn('viewer');
    await page.goto(`${api.url}/health?tab=providers`);
    const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Twilio' }) });
    await row.waitFor();
    expect(await row.getByRole('cell').allInnerTexts()).toEqual([
      expect.stringMatching(/^0 %\s+0 of 1, 100 % failed$/),
      expect.stringMatching(/^100 %\s+1 of 1$/),
      '–',
      '0',
      '',
    ]);
    // Of the day on which it ran, though it is another by now.
    const { finishedAt } = (await api.stores.runs.find(things['runId']!))!;
    const day = finishedAt!.toISOString().slice(0, 10);
    await row.getByRole('img', { name: `Twilio, share of good runs by day: ${day} 0 %` }).waitFor();
    await page.getByText('7 days').click();
    await page.waitForURL((url) => url.searchParams.get('days') === '7');
  });

  it('reads the explanation of an anomaly, and decides nothing', async () => {
    const page = await signedIn('viewer');
    await page.goto(`${api.url}/health?tab=anomalies`);
    await page.getByText(unusual).waitFor();
    expect(await page.getByRole('button', { name: 'It is normal' }).count()).toBe(0);
  });

  it('reads what the franchises add up to, and who is missing from it', async () => {
    const page = await signedIn('viewer');
    await page.goto(`${api.url}/health`);
    await page.getByRole('tab', { name: 'All companies' }).click();
    const card = page.getByRole('article').filter({ hasText: 'Text messages delivered' });
    await card.getByText('752 messages').waitFor();
    await card.getByText('1 of 2 companies report').waitFor();
    await card.getByText('Bright Harbor North: Nothing feeds it').waitFor();
  });
});

describe('An operator', () => {
  it('says of an anomaly that it is normal, and why; it is kept with those that are over', async () => {
    const page = await signedIn('operator');
    await page.goto(`${api.url}/health?tab=anomalies`);
    await page.getByRole('button', { name: 'It is normal' }).click();
    const dialog = page.getByRole('dialog', { name: 'It is normal' });
    await dialog.getByText('The like is expected from now on').waitFor();
    await dialog.getByLabel('Why').fill('The campaign ended.');
    await dialog.getByRole('button', { name: 'It is normal' }).click();
    await page.getByText('Nothing unusual lasts').waitFor();
    await page.getByText('All', { exact: true }).click();
    await page.getByText('Somebody said that it is normal: The campaign ended.').waitFor();
    expect(await api.stores.anomalies.find(things['anomalyId']!)).toMatchObject({ decision: 'dismissed' });
  });
});

describe('A client', () => {
  it('has no such page, and is told so', async () => {
    const page = await signedIn('client');
    await page.goto(`${api.url}/health`);
    await page.getByText('Your role may not see this').first().waitFor();
  });
});
