/** Reports and notes in the console: drafts become what the client sees, by the words that somebody looked at. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { by, company, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';
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
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});

async function draft(body: string): Promise<string> {
  const about = { companyId: ours.id, connectionId: things['connectionId']!, activityId: things['activityId']! };
  const said = { sourceLabel: 'Twilio', from: '2026-11-16', until: '2026-11-22', action: 'Reminders went out.' };
  return (await api.stores.notes.create({ ...about, ...said, body, automationRunId: null, state: 'draft' }, by)).id;
}
const noteAt = (id: string) => `${api.url}/reports?tab=notes&note=${id}`;

describe('A note', () => {
  it('is written while it is seen as the client will see it, saved, and published with exactly these words', async () => {
    const id = await draft('Texts went up.');
    const page = await web.signedIn('operator', ours.id);
    await page.goto(noteAt(id));
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Words of the note').fill('Texts went up by a tenth.');
    await dialog.getByRole('article').getByText('Texts went up by a tenth.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Save the words' }).click();
    await page.getByText('The draft has the new words.').waitFor();
    const preview = await dialog.getByRole('article').innerText();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('The client sees it now.').waitFor();
    const client = await web.signedIn('client', ours.id);
    const seen = client.getByRole('article').filter({ hasText: 'Texts went up by a tenth.' });
    await seen.waitFor();
    expect(await seen.innerText()).toBe(preview);
  });

  it('tells the later of two that somebody else was there first, and overwrites nothing', async () => {
    const id = await draft('As it was.');
    const page = await web.signedIn('operator', ours.id);
    await page.goto(noteAt(id));
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Words of the note').fill('Mine.');
    await api.stores.notes.edit(id, { body: 'Theirs.' }, by);
    await dialog.getByRole('button', { name: 'Save the words' }).click();
    await dialog.getByText('Somebody else has changed the note meanwhile').waitFor();
    expect((await api.stores.notes.find(id))!.body).toBe('Theirs.');
    expect(await dialog.getByLabel('Words of the note').inputValue()).toBe('Mine.');
    await dialog.getByRole('button', { name: 'Show the newest words' }).click();
    await until(
      () => dialog.getByLabel('Words of the note').inputValue(),
      (text) => text === 'Theirs.',
    );
  });

  it('is not published in other words than those that were looked at', async () => {
    const id = await draft('Looked at.');
    const path = `/v1/notes/${id}/publish`;
    const refused = await api.call('POST', path, { key: ours.keys.operator, body: { was: 'Something else.' } });
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('Somebody else')]);
    expect((await api.stores.notes.find(id))!.state).toBe('draft');
    expect((await api.call('POST', path, { key: ours.keys.operator, body: { was: 'Looked at.' } })).status).toBe(200);
  });

  it('is begun from something that happened, seen as the client will see it, and is a draft first', async () => {
    const page = await web.signedIn('operator', ours.id);
    await page.goto(`${api.url}/reports?tab=notes&show=published`);
    await page.getByRole('button', { name: 'New note' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'What happened' }).click();
    await page.getByRole('option', { name: 'Twilio: 3 text messages reached your customers on 2026-11-20.' }).click();
    expect(await dialog.getByLabel('First day').inputValue()).toBe('2026-11-20');
    await dialog.getByLabel('Words of the note').fill('Call +1 415 555 2671 to hear of it.');
    await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
    await dialog.getByText('Must not hold a phone number.').waitFor();
    await dialog.getByLabel('Words of the note').fill('The reminders of the new week went out.');
    const preview = await dialog.getByRole('article').innerText();
    expect(preview).toContain('3 text messages reached your customers on 2026-11-20.');
    await dialog.getByRole('button', { name: 'Keep as a draft' }).click();
    await dialog.getByRole('button', { name: 'Publish' }).waitFor();
    expect(await dialog.getByRole('article').innerText()).toBe(preview);
    const { items } = await api.stores.notes.list({ companyId: ours.id, limit: 1 });
    expect(items).toMatchObject([{ body: 'The reminders of the new week went out.', state: 'draft', metricKey: null }]);
  });

  it('with a phone number in it is refused at its field', async () => {
    const page = await web.signedIn('operator', ours.id);
    await page.goto(noteAt(await draft('Call us.')));
    await page.getByLabel('Words of the note').fill('Call +1 415 555 2671.');
    await page.getByRole('button', { name: 'Save the words' }).click();
    await page.getByText('Must not hold a phone number.').waitFor();
  });
});

describe('A report', () => {
  it('is found among the drafts, looked at as the client will see it, and published', async () => {
    const page = await web.signedIn('operator', ours.id);
    await page.goto(`${api.url}/reports?show=draft`);
    await page.getByRole('button', { name: 'Look and publish: Week of Nov 16 – 22, 2026' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('What the client will see').waitFor();
    const preview = await dialog.getByRole('article').innerText();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('No report here yet').waitFor();
    const client = await web.signedIn('client', ours.id);
    const seen = client.getByRole('article').filter({ hasText: 'Week of Nov 16 – 22, 2026' });
    await seen.waitFor();
    expect(await seen.innerText()).toBe(preview);
  });

  it('is read by a viewer, and published by nobody below an operator', async () => {
    const id = await draft('For viewers.');
    const page = await web.signedIn('viewer', ours.id);
    await page.goto(noteAt(id));
    await page.getByRole('dialog').getByText('For viewers.').waitFor();
    expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0);
    expect(await page.getByLabel('Words of the note').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'New note' }).count()).toBe(0);
  });
});

describe('Nothing is in anybody’s way', () => {
  it.each(looks)('%s at %i pixels', async (scheme, width) => {
    const id = await draft(`Seen ${scheme} at ${width}.`);
    const page = await web.signedIn('operator', ours.id, { dark: scheme === 'dark', width });
    const found: string[] = [];
    for (const path of ['/reports', `/reports?tab=notes&note=${id}`, '/reports?tab=notes&note=new']) {
      await page.goto(api.url + path);
      if (path.includes(id)) await page.getByRole('dialog').getByRole('article').waitFor();
      for (const flaw of await flawsOf(page)) found.push(`${path}: ${flaw}`);
    }
    expect(found).toEqual([]);
  });
});
