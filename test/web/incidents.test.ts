/** An incident in a real browser, answered by clicking, on the whole engine: its ladder is climbed by its workflow. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Role } from '../../domain/permissions.ts';
import { commandsOf } from '../harness/connector.ts';
import { flawsInEveryLook, menu, startConsole, type Console } from '../harness/console.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let web: Console;
let launched: Launched;
let incidentId: string;

beforeAll(async () => {
  engine = await startEngine();
  web = await startConsole({ url: engine.url, stores: engine.app });
  launched = await connect(engine, { policy: { ladder: [rung(1, 'owner'), rung(2, 'company_admin')] } });
  await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET' });
  const commands = commandsOf(engine, launched);
  await commands.tellFailedRun('permission_missing');
  await commands.reaches('degraded');
  const { connectionId } = launched;
  const [incident] = await until(
    () => engine.app.incidents.openOf([connectionId]),
    (open) => open.length === 1,
  );
  incidentId = incident!.id;
  await until(
    () => engine.app.incidents.alerts(incidentId),
    (alerts) => alerts.some(({ state }) => state === 'sent'),
  );
}, 120_000);
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await engine.stop();
});

/** Long enough that nobody else is told while this runs. */
const rung = (position: number, tell: 'owner' | 'company_admin') =>
  ({ position, tell, channel: 'sms', acknowledgeWithinMs: 3_600_000 }) as const;
const signedIn = (role: Role, options?: Parameters<Console['signedIn']>[2]) => web.signedIn(role, launched.companyId, options);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const toIncident = (page: Page) => page.goto(`${engine.url}/incidents/${incidentId}`);

describe('Every look', () => {
  it('has nothing in anybody’s way', async () => {
    const page = await signedIn('operator');
    await page.goto(`${engine.url}/incidents`);
    await page.getByRole('article').waitFor();
    const found = await flawsInEveryLook(page);
    await page.getByRole('article').getByRole('link').click();
    await button(page, 'Enter a value').click();
    await page.getByLabel('Why by hand').waitFor();
    found.push(...(await flawsInEveryLook(page)));
    expect(found).toEqual([]);
  });
});

describe('A viewer', () => {
  it('reads who was told over what, who is next, and what the client reads, and has nothing to press', async () => {
    const page = await signedIn('viewer');
    await menu(page, 'Incidents').click();
    await page.getByRole('list', { name: 'Open incidents' }).getByRole('link').click();
    await page.getByText('owner was told by SMS').waitFor();
    await page.getByText('Next to be told: the admins of the company').waitFor();
    await page.getByText(/unless somebody answers before, in (\d+ minutes|1 hour)/).waitFor();
    await page.getByText('Updates are delayed').first().waitFor();
    for (const name of ['Acknowledge', 'Take over', 'Resolve', 'Enter a value']) expect(await button(page, name).count()).toBe(0);
  });
});

describe('An operator', () => {
  it('acknowledges and takes over, and everybody reads who did', async () => {
    const page = await signedIn('operator');
    await toIncident(page);
    await button(page, 'Acknowledge').click();
    await page.getByText('acknowledged it').waitFor();
    await page.getByText('Next to be told').waitFor({ state: 'detached' });
    await button(page, 'Take over').click();
    await page.getByText('took it over').waitFor();
    await button(page, 'Take over').waitFor({ state: 'detached' });
    await page.getByText('In your hands since').waitFor();
    expect(await engine.app.incidents.find(incidentId)).toMatchObject({ state: 'taken_over' });
  });

  it('takes it from the person who sees to it, at the second word', async () => {
    const { takenOverBy } = (await engine.app.incidents.find(incidentId))!;
    const { name } = (await engine.app.users.find(takenOverBy!))!;
    const page = await signedIn('operator');
    await toIncident(page);
    await page.getByText(`In the hands of ${name} since`).waitFor();
    expect(await button(page, 'Take over').count()).toBe(0);
    await button(page, `Take it from ${name}`).click();
    const dialog = page.getByRole('dialog', { name: `Take it from ${name}` });
    await dialog.getByText(`Tell ${name} first`).waitFor();
    await dialog.getByRole('button', { name: `Take it from ${name}` }).click();
    await page.getByText('In your hands since').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect((await engine.app.incidents.find(incidentId))!.takenOverBy).not.toBe(takenOverBy);
  });

  it('enters a value by hand, corrected at its field, and hands it back to the source', async () => {
    const page = await signedIn('operator');
    await toIncident(page);
    await button(page, 'Enter a value').click();
    const form = page.getByRole('form', { name: 'Enter a value' });
    await form.getByRole('combobox', { name: 'What it counts' }).click();
    await page.getByRole('option', { name: 'Text messages delivered' }).click();
    await form.getByLabel('Value').fill('3.5');
    await form.getByLabel('Why by hand').fill('Counted at the front desk.');
    await button(page, 'Show it to the client').click();
    await form.getByText('Must be a whole number').waitFor();
    await form.getByLabel('Value').fill('3');
    await button(page, 'Show it to the client').click();
    await page.getByText('The card shows it now').waitFor();
    await page.getByText('Text messages delivered: 3', { exact: true }).waitFor();
    const client = page.getByRole('region', { name: 'What the client reads' });
    await client
      .getByText(/entered by a person/)
      .first()
      .waitFor();
    await button(page, 'Hand back to the source').click();
    await page.getByText('The card shows the source’s last good value again.').waitFor();
    await button(page, 'Hand back to the source').waitFor({ state: 'detached' });
    await until(
      () => client.innerText(),
      (text) => !text.includes('entered by a person'),
    );
  });

  it('resolves it with a note, and finds it among those that are over', async () => {
    const page = await signedIn('operator');
    await toIncident(page);
    await button(page, 'Resolve').click();
    const dialog = page.getByRole('dialog', { name: 'Resolve' });
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await dialog.getByText('Say it in a few words.').waitFor();
    await dialog.getByLabel('How it was resolved').fill('The permission was granted.');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('It was resolved').waitFor();
    await page.getByRole('link', { name: 'All incidents' }).click();
    await page.getByText('No incident', { exact: true }).waitFor();
    await page.getByText('Closed', { exact: true }).click();
    await page.getByText('The permission was granted.').waitFor();
    expect(new URL(page.url()).searchParams.get('show')).toBe('closed');
  });
});

describe('A client', () => {
  it('has no such page, and is told so', async () => {
    const page = await signedIn('client');
    await page.goto(`${engine.url}/incidents`);
    await page.getByText('Your role may not see this').waitFor();
  });
});
