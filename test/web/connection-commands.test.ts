/** Commands given by clicking, carried out by the real workflow of a launched connection, and told in its story. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { bring } from '../harness/connector.ts';
import { startConsole, type Console } from '../harness/console.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, createCompany } from '../harness/scene.ts';

let engine: Engine;
let web: Console;

beforeAll(async () => {
  engine = await startEngine();
  web = await startConsole({ url: engine.url, stores: engine.app });
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await engine.stop();
});

it('a connection is synced, paused, resumed and disconnected, each seen in its story with by whom and why', async () => {
  const company = await createCompany(engine);
  const { connectionId } = await connect(engine, { company, messages: 3 });
  const page = await web.signedIn('company_admin', company.companyId);
  const name = await page.getByRole('banner').getByRole('button').last().getAttribute('aria-label');
  await page.goto(`${engine.url}/connections/${connectionId}?tab=commands`);
  const how = page.getByRole('region', { name: 'How it is' });
  const told = page.getByRole('list', { name: 'What happened, newest first' }).getByRole('listitem');
  const lookAt = async (tab: string) => {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
  };

  await page.getByRole('button', { name: 'Sync now' }).click();
  await page.getByText('The sync has begun.').waitFor();

  await page.getByRole('button', { name: 'Pause …' }).click();
  const pausing = page.getByRole('dialog', { name: 'Pause?' });
  await pausing.getByText('Events that arrive are kept and applied then').waitFor();
  // Nothing is done without a reason, and nothing is done when one thinks better of it.
  expect(await pausing.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
  await pausing.getByRole('button', { name: 'Cancel' }).click();
  await how.getByText('Active').waitFor();
  await page.getByRole('button', { name: 'Pause …' }).click();
  await pausing.getByLabel('Why?').fill('The shop is closed');
  await pausing.getByRole('button', { name: 'Pause' }).click();
  await how.getByText('Paused').waitFor();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(await page.getByRole('button', { name: 'Sync now' }).count()).toBe(0);

  await lookAt('Story');
  await told.filter({ hasText: 'It was paused.' }).filter({ hasText: name! }).filter({ hasText: 'The shop is closed' }).waitFor();
  await told.filter({ hasText: 'A sync was asked for.' }).filter({ hasText: name! }).waitFor();
  await told.filter({ hasText: 'Step confirmed: the launch.' }).waitFor();
  await lookAt('Runs');
  await page
    .getByRole('article', { name: /Messages sent and received: / })
    .first()
    .waitFor();

  await lookAt('Commands');
  await page.getByRole('button', { name: 'Resume' }).click();
  await how.getByText('Active').waitFor();

  await page.getByRole('button', { name: 'Disconnect …' }).click();
  const ending = page.getByRole('dialog', { name: 'Disconnect?' });
  await ending.getByLabel('Why?').fill('They moved elsewhere');
  await ending.getByRole('button', { name: 'Disconnect' }).click();
  await how.getByText('Disconnected').waitFor();
  // Nothing is left to be done with it.
  await page.getByRole('tab', { name: 'Story', selected: true }).waitFor();
  await told.filter({ hasText: 'It was disconnected.' }).filter({ hasText: 'They moved elsewhere' }).waitFor();
  await told.filter({ hasText: 'It was resumed.' }).filter({ hasText: name! }).waitFor();
  await lookAt('Credentials');
  await page.getByText('There are no credentials').waitFor();
});

it('a value is entered by hand while the source cannot deliver it, and handed back', async () => {
  const company = await createCompany(engine);
  const launched = await connect(engine, { company, messages: 3 });
  await bring(engine, launched, 'degraded');
  const page = await web.signedIn('operator', company.companyId);
  await page.goto(`${engine.url}/connections/${launched.connectionId}?tab=commands`);
  const how = page.getByRole('region', { name: 'How it is' });
  await how.getByText('Needs attention').waitFor();
  await page.getByRole('button', { name: 'Enter a value by hand …' }).click();
  const form = page.getByRole('form', { name: 'Enter a value' });
  await form.getByRole('combobox', { name: 'What it counts' }).click();
  await page.getByRole('option', { name: 'Text messages delivered' }).click();
  await form.getByRole('textbox', { name: 'Value', exact: true }).fill('about forty');
  await form.getByLabel('Why by hand').fill('Counted at the front desk');
  await form.getByRole('button', { name: 'Show it to the client' }).click();
  await form.getByText('Must be a decimal number').waitFor();
  await form.getByRole('textbox', { name: 'Value', exact: true }).fill('3');
  await form.getByRole('button', { name: 'Show it to the client' }).click();
  await how.getByText('Values by hand').waitFor();
  await page.getByRole('button', { name: 'Hand the values back' }).click();
  await page.getByText('The values were handed back.').waitFor();
  await how.getByText('Needs attention').waitFor();
  await page.getByRole('tab', { name: 'Story' }).click();
  const told = page.getByRole('list', { name: 'What happened, newest first' }).getByRole('listitem');
  await told.filter({ hasText: 'A value was entered by hand.' }).filter({ hasText: 'Counted at the front desk' }).waitFor();
});
