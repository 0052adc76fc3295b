/** Onboarding by clicking, with every part in a process of its own as in production, and the sandbox as the providers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { flawsOf, startConsole, type Console } from '../harness/console.ts';
import { createPortal } from '../harness/hubspot-account.ts';
import { createCompany } from '../harness/scene.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { createTwilioAccount } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';

let stack: Stack;
let web: Console;
let companyId: string;
beforeAll(async () => {
  stack = await startStack();
  web = await startConsole({ url: stack.url, stores: stack.app });
  ({ companyId } = await createCompany(stack));
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await stack.stop();
});

/** From the catalogue to the first step; answers the page's address, which can be passed on. */
async function begin(page: Page, provider: string, label: string): Promise<string> {
  await page.goto(`${stack.url}/connect`);
  await page.getByRole('link', { name: `Connect ${provider}` }).click();
  await page.getByLabel('Name').fill(label);
  await page.getByLabel('What it is used for').fill('customers');
  await page.getByLabel('Why the company wants it').fill('So that nobody copies by hand.');
  await page.getByRole('button', { name: 'Begin setup' }).click();
  await page.getByRole('heading', { name: `Setup of ${label}` }).waitFor();
  await isLive(page);
  return page.url();
}
const stepOf = (page: Page, title: string) =>
  page
    .getByRole('list', { name: 'Steps of the setup' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: title }) });
const confirm = async (page: Page, button: string, step: string, by: string) => {
  await page.getByRole('button', { name: button }).click();
  await stepOf(page, step).getByText(`Confirmed by ${by}`).waitFor();
};
const isLive = (page: Page) => page.getByText('Live: this page follows by itself').waitFor();
const nameOf = async (page: Page) => (await page.getByRole('banner').getByRole('button').last().getAttribute('aria-label'))!;
const stateOf = async (address: string) => (await stack.app.connections.get(/conn_\w+/.exec(address)![0])).state;

async function writeBaseline(page: Page, by: string): Promise<void> {
  await page.getByLabel('What the client does next').fill('Reply to open questions by noon.');
  await page.getByLabel('What the numbers mean').fill('How it goes.');
  const preview = page.getByRole('region', { name: 'What the client will see' });
  await preview.getByRole('article').first().getByText('Reply to open questions by noon.').waitFor();
  for (const width of [390, 1_280]) {
    await page.setViewportSize({ width, height: 800 });
    // What was laid out for another width takes a moment to find its new one.
    await until(() => page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth'));
    expect(await flawsOf(page)).toEqual([]);
  }
  await confirm(page, 'Confirm the baseline', 'Baseline', by);
}

describe('An admin', () => {
  it('connects Twilio from the catalogue to the launch, told at each step what is wrong and what was found', async () => {
    const account = await createTwilioAccount(stack, { messages: 12, messageDays: 5 });
    const page = await web.signedIn('company_admin', companyId);
    const me = await nameOf(page);
    const address = await begin(page, 'Twilio', 'Front desk');

    await page.getByRole('textbox', { name: 'Account SID' }).fill('not a SID');
    await page.getByRole('textbox', { name: 'Auth token' }).fill('f'.repeat(32));
    await page.getByRole('button', { name: 'Confirm access' }).click();
    await page.getByText('The Account SID is AC followed by 32 hexadecimal characters.').waitFor();
    await page.getByRole('textbox', { name: 'Account SID' }).fill(account.accountSid);
    await page.getByRole('button', { name: 'Confirm access' }).click();
    await page.getByText('The step was not taken').waitFor();
    await page.getByRole('textbox', { name: 'Auth token' }).fill(account.authToken);
    await confirm(page, 'Confirm access', 'Access', me);
    await stepOf(page, 'Access').getByText('Access by: Account SID and auth token').waitFor();

    await confirm(page, 'Create records', 'Records', me);
    await page.getByRole('button', { name: 'Look at or change the mapping' }).click();
    await stepOf(page, 'Mapping').getByRole('button', { name: 'Publish' }).waitFor();
    await confirm(page, 'Try and confirm the mapping', 'Mapping', me);
    await stepOf(page, 'Mapping').getByText('12 of 12 sample records fit').waitFor();
    await confirm(page, 'Start the test run', 'Test run', me);
    await stepOf(page, 'Test run').getByText('Failed: 0').waitFor();
    await stepOf(page, 'Test run')
      .getByRole('row', { name: /^Messages sent and received Done 12 0 0 0 0 0/ })
      .waitFor();
    await writeBaseline(page, me);
    await page.getByText(`/webhooks/twilio/conn_`).waitFor();
    expect(await stateOf(address)).toBe('onboarding');
    await page.getByRole('button', { name: 'Launch' }).click();
    await page.getByText('It is launched').waitFor();
    expect(await stateOf(address)).toBe('active');
    const html = await page.content();
    expect(html).not.toContain(account.authToken);
    expect(html).not.toContain(account.accountSid);
  });

  it('connects HubSpot by consent; another goes on from there, and the page lives through a restart of the API', async () => {
    const { portalId } = await createPortal(stack);
    await stack.sandbox.control('hubspot', 'createDeals', { portalId, count: 5, days: 5 });
    const properties = { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default', amount: 'about 4800' };
    const { id: odd } = await stack.sandbox.control<{ id: number }>('hubspot', 'createDeal', { portalId, properties });
    const page = await web.signedIn('company_admin', companyId);
    const me = await nameOf(page);
    const address = await begin(page, 'HubSpot', 'Sales');
    const walk = async (answer: string | RegExp) => {
      await page.getByRole('button', { name: 'Sign in at HubSpot' }).click();
      await page.getByRole('button', { name: 'Continue to HubSpot' }).click();
      await page.getByRole('link', { name: answer }).click();
    };
    await walk('Cancel');
    await page.getByText('The access was declined at HubSpot').waitFor();
    await page.getByRole('link', { name: 'Go on in Linkwright' }).click();
    await walk(new RegExp(`\\(${portalId}\\)`));
    await stepOf(page, 'Access').getByText(`Confirmed by ${me}`).waitFor();
    expect(page.url()).toBe(address);
    await confirm(page, 'Create records', 'Records', me);

    const second = await web.signedIn('company_admin', companyId);
    const other = await nameOf(second);
    await second.goto(address);
    await stepOf(second, 'Access').getByText(`Confirmed by ${me}`).waitFor();
    await isLive(page);
    await confirm(second, 'Try and confirm the mapping', 'Mapping', other);
    await page.getByText(`${other} has confirmed “Mapping”.`).waitFor();
    await stepOf(page, 'Mapping').getByText(`Confirmed by ${other}`).waitFor();

    await page.getByRole('button', { name: 'Start the test run' }).click();
    await stepOf(page, 'Test run').getByText(`Confirmed by ${me}`).waitFor();
    const failed = stepOf(page, 'Test run').getByRole('table', { name: 'Records that failed' });
    await failed.getByRole('row', { name: new RegExp(`^${odd} .*amount`) }).waitFor();

    await stack.api.kill('SIGTERM');
    expect(stack.api.lines.some((line) => line.includes('"stopped"'))).toBe(true);
    await page.getByText('Connection lost, trying again.').waitFor();
    await stack.api.start();
    await isLive(page);
    await writeBaseline(page, me);
    await page.getByRole('button', { name: 'Launch' }).click();
    await second.getByText('It is launched').waitFor();
    expect(await stateOf(address)).toBe('active');
  });

  it('cancels a setup, and whoever looks at it is told', async () => {
    const page = await web.signedIn('company_admin', companyId);
    const address = await begin(page, 'Pipedrive', 'By mistake');
    const second = await web.signedIn('viewer', companyId);
    await second.goto(address);
    await second.getByText('An admin of your company confirms this step.').waitFor();
    await isLive(second);
    await page.getByRole('button', { name: 'Cancel setup' }).click();
    await page.getByLabel('Why it is cancelled').fill('Wrong provider.');
    await page.getByRole('button', { name: 'Cancel the setup' }).click();
    await page.getByText('The setup was cancelled, and what it had made is removed.').waitFor();
    await second.getByRole('heading', { name: 'This setup was cancelled' }).waitFor();
    const { items } = await stack.app.connections.list({ companyId, limit: 10 });
    expect(items.map(({ label }) => label)).not.toContain('By mistake');
  });
});
