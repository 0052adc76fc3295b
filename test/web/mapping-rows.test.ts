/** A mapping on the real engine: a sample fetched from the provider, and stored rows mapped again by what was published. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startConsole, type Console } from '../harness/console.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect } from '../harness/scene.ts';

let engine: Engine;
let web: Console;
beforeAll(async () => {
  engine = await startEngine();
  web = await startConsole({ url: engine.url, stores: engine.app });
});
afterAll(async () => {
  await web.close();
  await engine.stop();
});

it('is tried on fresh records of the provider, published, and the rows that are stored are mapped again by it', async () => {
  const { connectionId, companyId } = await connect(engine, { messages: 3, messageDays: 1 });
  const page = await web.signedIn('company_admin', companyId);
  await page.goto(`${engine.url}/connections/${connectionId}/mapping?object=message`);
  await page.getByText('There is no sample yet').waitFor();
  await page.getByRole('button', { name: 'Fetch records from the provider' }).click();
  await page.getByText('All 3 records of the sample fit.').waitFor();
  await page.getByText('Values are hidden.').waitFor();
  const text = page.getByRole('region', { name: 'Text', exact: true });
  await text.getByText('•••').waitFor();

  await page.getByRole('button', { name: 'Text: How it is read' }).click();
  await page.getByRole('combobox', { name: 'Letters' }).click();
  await page.getByRole('option', { name: 'all capital' }).click();
  await text.getByText('Changed').waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish as version 2' });
  await dialog.getByText('3 stored rows stay as they are until you map them again').waitFor();
  await dialog.getByRole('button', { name: 'Publish' }).click();

  await page.getByRole('link', { name: 'To the stored rows' }).click();
  await page.getByText('3 rows were made by versions before 2').waitFor();
  await page.getByRole('button', { name: 'Map again what is kept' }).click();
  const asked = page.getByRole('dialog', { name: 'Map again what is kept' });
  await asked.getByText('A newer record is never written over.').waitFor();
  await asked.getByRole('button', { name: 'Map again what is kept' }).click();
  await page.getByText('3 raw records were mapped again: 3 updated.').waitFor();
  await page.getByText('Every row was made by the version in force.').waitFor();
  const { items } = await engine.app.records.messages({ connectionId, limit: 10 });
  expect(items).toHaveLength(3);
  for (const { body } of items) expect(body).toBe(body!.toUpperCase());
  expect(await web.closeWindows()).toEqual([]);
});
