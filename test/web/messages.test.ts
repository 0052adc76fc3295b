/** Messages in the console: templates with what they cost, deliveries with what happened to them, and who wants none. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { by, clientNumber, company, everything, senderNumber } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';
import { until } from '../harness/until.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  // Temporal is away: what a person decides is refused, and said so.
  api = await startApi({ publicUrl: 'http://127.0.0.1', answerWithinMs: 200 });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  things = await everything(api, ours.id);
  const { connectionId, templateId } = things as { connectionId: string; templateId: string };
  const message = { companyId: ours.id, connectionId, templateId, variables: { name: 'A' }, from: senderNumber, segments: 1 };
  for (let place = 0; place < 120; place += 1)
    await api.stores.deliveries.create({ ...message, to: `+1415555${String(3_000 + place)}`, body: 'Hi A' }, by);
  const failed = await api.stores.deliveries.create({ ...message, to: clientNumber, body: 'Hi A' }, by);
  await api.stores.deliveries.advance(failed.id, 'failed', {
    source: 'callback',
    errorCode: '30003',
    sentence: 'The phone was switched off.',
  });
  const asked = { connectionId, companyId: ours.id, source: 'keyword', at: new Date('2026-11-20T10:00:00Z') };
  await api.stores.optOuts.record({ ...asked, address: clientNumber, state: 'out' });
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});
const admin = (options?: Parameters<Console['signedIn']>[2]) => web.signedIn('company_admin', ours.id, options);
const operator = (options?: Parameters<Console['signedIn']>[2]) => web.signedIn('operator', ours.id, options);

describe('Templates', () => {
  it('say while they are written what they cost and how they read, and are then there', async () => {
    const page = await admin();
    await page.goto(`${api.url}/messages`);
    await page.getByRole('button', { name: 'New template' }).click();
    await page.getByLabel('Name').fill('Reminder');
    await page.getByLabel('Text', { exact: true }).fill('Hi {{first}}, we come tomorrow.');
    await page.getByLabel('Example for first').fill('Ann');
    const preview = page.getByRole('region', { name: 'As it arrives' });
    await preview.getByText('Hi Ann, we come tomorrow.').waitFor();
    await preview.getByText('1 message part · 25 characters · GSM-7').waitFor();
    await page.getByLabel('Example for first').fill(`Ann ${'☀'.repeat(50)}`);
    await preview.getByText('2 message parts · 76 characters · UCS-2').waitFor();
    await page.getByLabel('Example for first').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('article').filter({ hasText: 'Reminder' }).getByText('Hi {{first}}').waitFor();
    const { items } = await api.stores.templates.list({ companyId: ours.id, limit: 10 });
    expect(items.find(({ name }) => name === 'Reminder')).toMatchObject({ variables: ['first'], version: 1 });
  });

  it('tell the later of two that somebody else was there first, and keep what they wrote until they ask', async () => {
    const page = await admin();
    await page.goto(`${api.url}/messages?template=${things['templateId']}`);
    await page.getByLabel('Text', { exact: true }).fill('Mine, {{name}}');
    await api.stores.templates.update(things['templateId']!, { body: 'Theirs, {{name}}', variables: ['name'] }, by);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed the template meanwhile').waitFor();
    expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('Mine, {{name}}');
    await page.getByRole('button', { name: 'Show the newest version' }).click();
    await until(
      () => page.getByLabel('Text', { exact: true }).inputValue(),
      (text) => text === 'Theirs, {{name}}',
    );
    expect((await api.stores.templates.find(things['templateId']!))!.body).toBe('Theirs, {{name}}');
  });

  it('are read by an operator, and changed by nobody below an admin', async () => {
    const page = await operator();
    await page.goto(`${api.url}/messages?template=${things['templateId']}`);
    await page.getByLabel('Text', { exact: true }).waitFor();
    expect(await page.getByLabel('Text', { exact: true }).getAttribute('readonly')).not.toBeNull();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'New template' }).count()).toBe(0);
  });
});

describe('Deliveries', () => {
  it('are found by status on the server, in an address that can be passed on, with numbers by their last digits', async () => {
    const page = await operator();
    await page.goto(`${api.url}/messages?tab=deliveries`);
    await page.getByText('To ••••3119').waitFor();
    await page.getByLabel('Status').first().click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.getByText('To ••••3119').waitFor({ state: 'detached' });
    await page.getByText('To ••••2671').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
    await page.goto(page.url());
    await page.getByText('To ••••2671').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
    await page.goto(`${api.url}/messages?tab=deliveries`);
    await page.getByText('To ••••3119').waitFor();
    const text = await page.locator('body').innerText();
    expect(text).not.toContain(clientNumber);
    // Only what is near the window stands on the page, of 122.
    expect(await page.getByRole('listitem').count()).toBeLessThan(60);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.getByText('To ••••3071').waitFor();
  });

  it('tell what happened to one, and refuse a decision in words while nobody can carry it out', async () => {
    const page = await operator();
    await page.goto(`${api.url}/messages?tab=deliveries&status=failed`);
    await page.getByRole('button', { name: 'Look at it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The phone was switched off.').waitFor();
    await dialog.getByText('the provider said so · code 30003').waitFor();
    await dialog.getByRole('radio', { name: 'Leave it' }).check();
    expect(await dialog.getByRole('button', { name: 'Leave it' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Why it is left').fill('They moved away.');
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    await page.getByText('It was not done').waitFor();
    await page
      .getByText(/Temporal does not answer|has not answered yet/)
      .first()
      .waitFor();
  });
});

describe('Opt-outs', () => {
  it('are listed by connection', async () => {
    const page = await operator();
    await page.goto(`${api.url}/messages`);
    await page.getByRole('tab', { name: 'Opt-outs' }).click();
    await page.getByText('••••2671').waitFor();
    await page.getByText('Wants no messages').waitFor();
    expect(new URL(page.url()).searchParams.get('tab')).toBe('opt-outs');
  });
});

describe('Nothing is in anybody’s way', () => {
  it.each(looks)('%s at %i pixels', async (scheme, width) => {
    const page = await admin({ dark: scheme === 'dark', width });
    const found: string[] = [];
    const { templateId, deliveryId } = things;
    const paths = [`?template=${templateId}`, '?tab=deliveries', `?tab=deliveries&message=${deliveryId}`, '?tab=opt-outs'];
    for (const path of paths) {
      await page.goto(`${api.url}/messages${path}`);
      if (path.includes('=tpl_') || path.includes('message='))
        await page.getByRole('dialog').getByRole('heading').first().waitFor();
      for (const flaw of await flawsOf(page)) found.push(`${path}: ${flaw}`);
    }
    expect(found).toEqual([]);
  });
});
