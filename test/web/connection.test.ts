/** The page of one connection, in a real browser on the real API and its rows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Role } from '../../domain/permissions.ts';
import { twilio } from '../../providers/twilio/index.ts';
import { authToken, by, company, connection, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  const things = await everything(api, ours.id);
  connectionId = things['connectionId']!;
  const runId = things['runId']!;
  const { jobId } = (await api.stores.runs.find(runId))!;
  const failed = [{ externalId: 'SM9', code: 'record_rejected' as const, sentence: 'It has no number to send to.' }];
  const page = { connectionId, companyId: ours.id, jobId, runId, mappingVersion: 1, records: [], failed, cursor: 'x' };
  await api.stores.records.savePage(page);
  await api.stores.runs.close(runId, { outcome: 'failed', code: 'record_rejected', sentence: 'One record could not be read.' });
  await api.stores.mappings.publish({ connectionId, mapping: twilio.streams['messages']!.mapping }, by);
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});

async function openAs(role: Role, tab = '', options?: Parameters<Console['signedIn']>[2]): Promise<Page> {
  const page = await web.signedIn(role, ours.id, options);
  await page.goto(`${api.url}/connections/${connectionId}${tab && `?tab=${tab}`}`);
  await page.getByRole('heading', { level: 1, name: 'Front desk' }).waitFor();
  return page;
}
const tabsOn = (page: Page) => page.getByRole('tab').allInnerTexts();

describe('One connection', () => {
  it('says how it is, what to do next, and its story with by whom', async () => {
    const page = await openAs('operator');
    const how = page.getByRole('region', { name: 'How it is' });
    await how.getByText('Active').waitFor();
    await how.getByText('Nothing to do.').waitFor();
    await how.getByText('Nobody is assigned; Ann is on duty').waitFor();
    expect(await how.getByRole('link', { name: 'Open in the Temporal UI' }).getAttribute('href')).toContain(
      `/workflows/connector%3A${connectionId}`,
    );
    const story = page.getByRole('list', { name: 'What happened, newest first' });
    await story.getByText('A version of the mapping was published (message).').waitFor();
    await story.getByText(/^A run on demand .* failed: 1 failed\.$/).waitFor();
    await story.getByText('An incident began, and people are told.').waitFor();
    await story.getByRole('link', { name: 'The runs' }).click();
    await page.getByRole('article', { name: 'Messages sent and received: Failed' }).waitFor();
    expect(new URL(page.url()).searchParams.get('tab')).toBe('runs');
  });

  it('shows its runs as figures of days, and each with what failed in it', async () => {
    const page = await openAs('operator', 'runs');
    await page
      .getByText('0 runs went well and 1 failed. They created 0 records and updated 0; 1 could not be taken over.')
      .waitFor();
    const run = page.getByRole('article', { name: 'Messages sent and received: Failed' });
    await run.getByText('One record could not be read.').waitFor();
    await run.getByRole('button', { name: '1 record failed' }).click();
    await run.getByText('It has no number to send to.').waitFor();
    await page.getByRole('combobox', { name: 'What is synced' }).click();
    await page.getByRole('option', { name: 'Usage by day' }).click();
    await page.getByText('This has not run yet.').waitFor();
    expect(new URL(page.url()).searchParams.get('stream')).toBe('usage');
  });

  it('shows an admin its settings, its mappings and its credentials, and never a value of these', async () => {
    const page = await openAs('company_admin', 'settings');
    await page.getByText('every 15 minutes').waitFor();
    await page.getByText('the owner (15 minutes), the company’s admins (30 minutes)').waitFor();
    await page.getByRole('tab', { name: 'Mappings' }).click();
    await page.getByRole('link', { name: 'Messages: read from the provider' }).waitFor();
    expect(await page.getByRole('link', { name: '1 version' }).getAttribute('href')).toContain(
      `/connections/${connectionId}/mapping?object=message&tab=versions`,
    );
    await page.getByRole('tab', { name: 'Credentials' }).click();
    await page.getByText('In force').waitFor();
    await page.getByText('Values are never shown').waitFor();
    expect(await page.content()).not.toContain(authToken);
  });

  it('lets an admin change its settings, with what is wrong at its field, and overwrites nothing of somebody else', async () => {
    const other = await connection(api, ours.id);
    const page = await web.signedIn('company_admin', ours.id);
    await page.goto(`${api.url}/connections/${other}?tab=settings`);
    await page.getByRole('button', { name: 'Change: The connection' }).click();
    const about = page.getByRole('form', { name: 'The connection' });
    await about.getByLabel('Name').fill('');
    await about.getByRole('combobox', { name: 'Owner' }).click();
    await page.getByRole('option', { name: 'Ann', exact: true }).click();
    await about.getByRole('button', { name: 'Save' }).click();
    await about.getByText('Too small').waitFor();
    expect(await about.getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
    await about.getByLabel('Name').fill('Back office');
    const { label, purpose, reason, ownerUserId } = await api.stores.connections.get(other);
    const seen = { label, purpose, reason, ownerUserId };
    await api.stores.connections.saveFacts(other, { facts: { ...seen, label: 'Reception' }, seen }, by);
    await about.getByRole('button', { name: 'Save' }).click();
    const told = about.getByRole('alert').filter({ hasText: 'Somebody else has changed this while you were editing' });
    await told.getByRole('row', { name: /Name.*Reception.*Back office/ }).waitFor();
    expect(await api.stores.connections.get(other)).toMatchObject({ label: 'Reception', ownerUserId: null });
    expect(await flawsOf(page)).toEqual([]);
    await told.getByRole('button', { name: 'Save mine over theirs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Back office' }).waitFor();
    expect((await api.stores.connections.get(other)).ownerUserId).not.toBeNull();

    await page.getByRole('button', { name: 'Change: At Twilio' }).click();
    const atProvider = page.getByRole('form', { name: 'At Twilio' });
    await atProvider.getByRole('combobox', { name: 'Region' }).click();
    await page.getByRole('option', { name: 'ie1' }).click();
    await atProvider.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Change: At Twilio' }).waitFor();
    expect(await page.getByRole('region', { name: 'At Twilio' }).innerText()).toContain('ie1');
    expect((await api.stores.connections.settings(other)).settings).toEqual({ region: 'ie1' });

    await page.getByRole('button', { name: 'Change: How it is run' }).click();
    const policy = page.getByRole('form', { name: 'How it is run' });
    await policy.getByLabel('Messages sent and received', { exact: true }).fill('5');
    await policy.getByRole('button', { name: 'Remove call number 3' }).click();
    expect(await flawsOf(page)).toEqual([]);
    await policy.getByRole('button', { name: 'Save' }).click();
    // Temporal is away here: it is saved, and the page says who could not be told.
    await policy.getByText('It is saved, but what runs by it could not be told yet').waitFor();
    await policy.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('every 5 minutes').waitFor();
    expect((await api.stores.connections.settings(other)).overrides).toMatchObject({
      cadenceS: { messages: 300 },
      ladder: [{ tell: 'owner' }, { tell: 'company_admin' }],
    });
    expect(await page.getByRole('region', { name: 'How it is run' }).getByText('10 minutes').count()).toBe(1);
  });

  it('offers each role what it may do, as the connection is now', async () => {
    const admin = await openAs('company_admin', 'commands');
    const commands = async (page: Page) => page.getByRole('tabpanel').getByRole('heading').allInnerTexts();
    await admin.getByRole('button', { name: 'Pause …' }).waitFor();
    expect(await commands(admin)).toEqual([
      'Sync now',
      'Hand the values back',
      'Sign in again at the provider',
      'Pause',
      'Disconnect',
    ]);
    const operator = await openAs('operator', 'commands');
    await operator.getByRole('button', { name: 'Sync now' }).waitFor();
    expect(await commands(operator)).toEqual(['Sync now', 'Hand the values back']);
    const viewer = await openAs('viewer', 'commands');
    await viewer.getByRole('tab', { name: 'Story', selected: true }).waitFor();
    expect(await tabsOn(viewer)).toEqual(['Story', 'Runs', 'Mappings', 'Credentials']);
    expect(await viewer.getByText('Temporal UI').count()).toBe(0);
  });

  it('says in the API’s words that a command was not carried out, at its form', async () => {
    const page = await openAs('company_admin', 'commands');
    await page.getByRole('button', { name: 'Pause …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pause?' });
    await dialog.getByLabel('Why?').fill('Call Zoe at +14155552671');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('Must not hold a phone number.').waitFor();
    await dialog.getByLabel('Why?').fill('Holidays');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    // Temporal is away here.
    await dialog.getByRole('alert').waitFor();
  });

  it.each(looks)('has nothing in anybody’s way in any part, %s at %i pixels', async (scheme, width) => {
    const page = await openAs('company_admin', '', { dark: scheme === 'dark', width });
    const found: string[] = [];
    for (const name of await tabsOn(page)) {
      await page.getByRole('tab', { name }).click();
      await page.getByRole('tab', { name, selected: true }).waitFor();
      for (const flaw of await flawsOf(page)) found.push(`${name}: ${flaw}`);
    }
    await page.getByRole('tab', { name: 'Settings' }).click();
    for (const part of ['The connection', 'At Twilio', 'How it is run'])
      await page.getByRole('button', { name: `Change: ${part}` }).click();
    found.push(...(await flawsOf(page)).map((flaw) => `Forms: ${flaw}`));
    expect(found).toEqual([]);
  });
});
