/** The mapping editor in a real browser: on a sample, by two people at once, published, compared and brought back. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { hubspot } from '../../providers/hubspot/index.ts';
import { by, company } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, menu, password, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
const reading = hubspot.streams['deals']!.mapping;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});

/** A connection of its own for each test, with a version in force and three deals as they came. */
beforeEach(async () => {
  const facts = { purpose: 'deals', label: 'HubSpot', ownerUserId: null, reason: 'Test', settings: {} };
  const { id } = await api.stores.connections.create({ companyId: ours.id, providerKey: 'hubspot', ...facts }, by);
  connectionId = id;
  await api.stores.connections.setState(id, 'active', 'Test.', 'test');
  await api.stores.mappings.publish({ connectionId: id, mapping: reading }, by);
  const event = { connectionId, companyId: ours.id, providerKey: 'hubspot', source: 'poll' as const, type: 'deal' };
  const deals = [
    ['1', 'Roof', '1200'],
    ['2', 'Boiler', '850'],
    ['3', 'Bathroom', null],
  ] as const;
  await api.traffic.events.storeBatch(
    deals.map(([dealId, name, amount]) => ({
      ...event,
      key: `poll:deal:${dealId}`,
      occurredAt: null,
      receivedAt: new Date(),
      data: {
        record: {
          id: dealId,
          properties: {
            dealname: name,
            description: `${name} for a client`,
            dealstage: 'offer',
            amount,
            hs_lastmodifieddate: '2026-11-20T10:00:00Z',
            createdate: '2026-11-01T10:00:00Z',
          },
          derived: { currency: 'EUR' },
        },
      },
    })),
  );
  const paths = ['dealname', 'description', 'dealstage', 'amount', 'createdate', 'hs_lastmodifieddate'];
  const types = new Map(paths.map((path) => [`properties.${path}`, 'text' as const]));
  const look = { connectionId, object: 'deal' as const, types, sampled: 50, seen: [], at: new Date() };
  await api.stores.sourceFields.observe(look);
  const stage = { pipelineExternalId: 'sales', pipelineLabel: 'Sales', probability: null, kind: 'open' as const };
  const stages = ['Offer', 'Signed'].map((label, position) => ({ ...stage, externalId: label, label, name: label, position }));
  await api.stores.pipelineStages.refresh(connectionId, stages, new Date());
});

/** An admin who may see values, at the mapping. */
async function admin(options?: Parameters<Console['open']>[0], search = '') {
  const { user, token } = await web.person('company_admin', ours.id);
  await api.stores.passwords.set({ ...user, companyId: ours.id }, password, by);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const grant = { companyId: ours.id, holder: user.id, permission: 'payload.read' as const, reason: 'A mapping', expiresAt };
  await api.stores.grants.create(grant, by);
  const page = await web.open(options);
  await page.goto(`${api.url}/sign-in/link#${token}`);
  await page.getByRole('banner').waitFor();
  await open(page, search);
  return { page, user };
}
async function open(page: Page, search = '') {
  await page.goto(`${api.url}/connections/${connectionId}/mapping${search}`);
  await page.getByRole('heading', { name: 'Field mapping' }).waitFor();
}
const row = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const source = (page: Page, name: string) => page.getByRole('combobox', { name: `${name}: Field of the provider` });
const versions = async () =>
  (await api.stores.mappings.list(connectionId)).map(({ direction, version, mapping }) => ({
    direction,
    version,
    title: mapping.fields.find(({ target }) => target === 'title')?.source,
  }));
async function choose(page: Page, name: string, option: string) {
  await page.getByRole('combobox', { name, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe('Editing a mapping', () => {
  it('shows before and after on the sample while it is typed, and an error at its field; publishing says what it does', async () => {
    const { page } = await admin();
    await page.getByText('All 3 records of the sample fit.').waitFor();
    const title = row(page, 'Title');
    await title.getByText('Bathroom', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show this record as it came' }).click();
    await page.getByRole('row', { name: 'properties.description Bathroom for a client' }).waitFor();
    await source(page, 'Title').fill('properties.desc');
    await page.getByRole('option', { name: /properties\.description Bathroom for a client · text/ }).click();
    await title.getByText('Bathroom for a client').waitFor();
    await source(page, 'Title').fill('properties.description');
    await title.getByText('Bathroom for a client').waitFor();
    expect(await title.locator('del').innerText()).toBe('Bathroom');
    await page.getByRole('button', { name: 'Next record' }).click();
    await title.getByText('Boiler for a client').waitFor();
    // The way to save stays in sight, however far down somebody edits.
    await page.getByRole('button', { name: 'What makes a record known again' }).scrollIntoViewIfNeeded();
    const save = (await page.getByRole('button', { name: 'Save draft' }).boundingBox())!;
    expect([save.y > 0, save.y < 200]).toEqual([true, true]);

    await source(page, 'Title').fill('not a path!');
    await title.getByText('Must be a dotted path').waitFor();
    await page.getByText('Correct what is marked below').waitFor();
    expect(await flawsOf(page)).toEqual([]);
    await source(page, 'Title').fill('properties.nothing');
    await page.getByText('3 of 3 records of the sample would be refused.').waitFor();
    await title.getByText('In 3 records: properties.nothing is empty, and title needs it').waitFor();
    await source(page, 'Title').fill('properties.description');
    await page.getByText('All 3 records of the sample fit.').waitFor();

    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog', { name: 'Publish as version 2' });
    await dialog.getByText('From now on every record that comes is read like this.').waitFor();
    await dialog.getByRole('row', { name: /Title.*properties\.dealname.*properties\.description/ }).waitFor();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 2 is in force.').first().waitFor();
    expect(await versions()).toEqual([
      { direction: 'in', version: 2, title: 'properties.description' },
      { direction: 'in', version: 1, title: 'properties.dealname' },
    ]);
  });

  it('takes a formula, the same for every record, and what is read from it, and keeps the draft', async () => {
    const { page } = await admin();
    await page.getByText('All 3 records of the sample fit.').waitFor();
    await choose(page, 'Title: Comes from', 'A formula');
    await page.getByLabel('Title: Formula (JSONata)').fill('$uppercase(properties.dealname)');
    await row(page, 'Title').getByText('BATHROOM').waitFor();
    await choose(page, 'Currency: Comes from', 'The same for every record');
    await page.getByLabel('Currency: Value').fill('USD');
    await row(page, 'Currency').getByText('USD').waitFor();
    await page.getByRole('button', { name: 'Amount: How it is read' }).click();
    await page.getByLabel('When it is empty, take').fill('0');
    await row(page, 'Amount').getByText('Filled in 3 of 3 · 2 with the version in force').waitFor();
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Draft, saved by you').waitFor();
    await page.reload();
    await page.getByText('Draft, saved by you').waitFor();
    expect(await page.getByLabel('Currency: Value').inputValue()).toBe('USD');
    expect(await versions()).toHaveLength(1);
    await page.getByRole('button', { name: 'Discard draft' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard draft' }).click();
    await source(page, 'Title').waitFor();
    expect(await api.stores.mappingDrafts.find({ connectionId, object: 'deal' })).toBeNull();
  });

  it('of two people tells the later who saved, and writes nothing over it until they choose', async () => {
    const { page: first, user } = await admin();
    const { page: second } = await admin();
    for (const page of [first, second]) await page.getByText('All 3 records of the sample fit.').waitFor();
    await source(first, 'Title').fill('properties.description');
    await source(second, 'Stage').fill('properties.amount');
    await first.getByRole('button', { name: 'Save draft' }).click();
    await first.getByText('Draft, saved by you').waitFor();
    await second.getByRole('button', { name: 'Save draft' }).click();
    const told = second.getByRole('alert').filter({ hasText: `${user.name} has saved this draft while you were editing` });
    await told.getByRole('row', { name: /Title.*properties\.description.*properties\.dealname/ }).waitFor();
    await told.getByRole('row', { name: /Stage.*properties\.dealstage.*properties\.amount/ }).waitFor();
    const kept = () => api.stores.mappingDrafts.find({ connectionId, object: 'deal' });
    expect(await kept()).toMatchObject({ savedBy: user.id, revision: 1 });
    expect(await flawsOf(second)).toEqual([]);
    // What was typed stays while they decide.
    expect(await source(second, 'Stage').inputValue()).toBe('properties.amount');
    await told.getByRole('button', { name: 'Save mine over theirs' }).click();
    await second.getByText('Draft, saved by you').waitFor();
    expect((await kept())!.mapping.fields.find(({ target }) => target === 'stage')!.source).toBe('properties.amount');

    await source(first, 'Amount').fill('properties.dealname');
    await first.getByRole('button', { name: 'Save draft' }).click();
    await first.getByRole('button', { name: 'Take theirs, drop mine' }).click();
    expect(await source(first, 'Stage').inputValue()).toBe('properties.amount');
    expect(await source(first, 'Amount').inputValue()).toBe('properties.amount');
    expect(await kept()).toMatchObject({ revision: 2 });
  });

  it('publishes nothing that the person has not seen: a draft that somebody saved meanwhile is told, and stays', async () => {
    const { page } = await admin();
    await source(page, 'Title').fill('properties.description');
    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog', { name: 'Publish as version 2' });
    await dialog.getByRole('row', { name: /Title/ }).waitFor();
    await api.stores.mappingDrafts.save({ connectionId, mapping: reading, revision: 1 }, by);
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.getByText('Somebody else has saved the draft since').waitFor();
    expect(await versions()).toHaveLength(1);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Draft, saved by somebody').waitFor();
    expect(await source(page, 'Title').inputValue()).toBe('properties.dealname');
  });

  it('asks before what was typed is left behind, and keeps it while another tab or page is looked at', async () => {
    const { page } = await admin();
    await source(page, 'Title').fill('properties.description');
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByText('Version 1', { exact: true }).waitFor();
    const questions: string[] = [];
    page.on('dialog', (question) => {
      questions.push(question.message());
      void (questions.length === 1 ? question.dismiss() : question.accept());
    });
    await menu(page, 'Failures').click();
    await page.getByRole('tab', { name: 'Fields' }).click();
    expect(await source(page, 'Title').inputValue()).toBe('properties.description');
    await menu(page, 'Failures').click();
    await page.getByRole('heading', { name: 'Failed work' }).waitFor();
    expect(questions).toEqual(Array(2).fill(expect.stringContaining('Your changes are not saved.')));
    await page.goBack();
    await page.getByText('You have changes that are not saved.').waitFor();
    expect(await source(page, 'Title').inputValue()).toBe('properties.description');
  });

  it('in the other direction says how changes are written', async () => {
    const { page } = await admin(undefined, '?object=deal&direction=out');
    await page.getByText('Nothing is published yet.').waitFor();
    await row(page, 'dealname').getByText('Bathroom').waitFor();
    await page.getByRole('button', { name: 'dealname: How it is read' }).click();
    await choose(page, 'Letters', 'all capital');
    await row(page, 'dealname').getByText('BATHROOM').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').getByText('From now on every change that is made here').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 1 is in force.').first().waitFor();
    expect((await versions()).map(({ direction, version }) => `${direction} ${version}`)).toEqual(['in 1', 'out 1']);
  });
});

describe('The versions', () => {
  it('show who made them and what differs, and an earlier one is brought back after it was said what that does', async () => {
    const without = reading.fields.filter(({ target }) => target !== 'openedAt');
    await api.stores.mappings.publish({ connectionId, mapping: { ...reading, fields: without } }, by);
    const { page } = await admin(undefined, '?object=deal&tab=versions');
    await page.getByRole('button', { name: 'What it changed: Version 2' }).click();
    await page
      .getByRole('table', { name: 'From Version 1 to Version 2' })
      .getByRole('row', { name: /Opened at.*Removed/ })
      .waitFor();
    await page.getByRole('button', { name: 'Bring version 1 back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Bring version 1 back' });
    await dialog.getByText('What version 1 says is published as version 3.').waitFor();
    await dialog.getByRole('row', { name: /Opened at.*Added/ }).waitFor();
    await dialog.getByRole('button', { name: 'Bring version 1 back' }).click();
    await page.getByRole('article').filter({ hasText: 'Version 3' }).getByText('In force').waitFor();
    expect((await versions()).map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('are read by a viewer, who changes nothing', async () => {
    const page = await web.signedIn('viewer', ours.id);
    await open(page);
    await page.getByRole('row', { name: /Title.*properties\.dealname/ }).waitFor();
    expect(await page.getByRole('button', { name: /Publish|Save|Discard/ }).count()).toBe(0);
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByText('Version 1', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Bring/ }).count()).toBe(0);
  });
});

describe('The stages', () => {
  it('count as an admin says', async () => {
    const { page } = await admin(undefined, '?object=deal&tab=stages');
    await choose(page, 'Signed: Counts as', 'Won');
    await page.getByLabel('Signed: Chance in %').fill('100');
    await page.getByRole('button', { name: 'Save stages' }).click();
    await page.getByText('set by you').waitFor();
    const kept = await api.stores.pipelineStages.list(connectionId);
    expect(kept.find(({ externalId }) => externalId === 'Signed')).toMatchObject({ kind: 'won', probability: 1 });

    // Somebody else meanwhile: the later is told, and nothing is written over until they choose.
    await page.getByLabel('Signed: Our name').fill('Mine');
    const [, signed] = kept;
    const others = { externalId: 'Signed', name: 'Theirs', position: 1, probability: 1, kind: 'won' as const, was: signed! };
    await api.stores.pipelineStages.map({ connectionId, companyId: ours.id, stages: [others] }, by);
    const nameNow = async () => (await api.stores.pipelineStages.list(connectionId))[1]!.name;
    await page.getByRole('button', { name: 'Save stages' }).click();
    const told = page.getByRole('alert').filter({ hasText: 'While you were editing, stages were changed by somebody' });
    await told.getByRole('row', { name: /Signed.*Theirs: won, 1, 100 %.*Mine: won, 1, 100 %/ }).waitFor();
    expect([await nameNow(), await page.getByLabel('Signed: Our name').inputValue()]).toEqual(['Theirs', 'Mine']);
    expect(await flawsOf(page)).toEqual([]);
    await told.getByRole('button', { name: 'Save mine over theirs' }).click();
    await told.waitFor({ state: 'detached' });
    expect(await nameNow()).toBe('Mine');
  });
});

describe('Every part', () => {
  it.each(looks)('has nothing in anybody’s way, %s at %i pixels', async (scheme, width) => {
    const { page } = await admin({ dark: scheme === 'dark', width });
    await page.getByText('All 3 records of the sample fit.').waitFor();
    await page.getByRole('button', { name: 'Title: How it is read' }).click();
    await source(page, 'Title').fill('properties.description');
    await row(page, 'Title').getByText('Bathroom for a client').waitFor();
    const found = (await flawsOf(page)).map((flaw) => `edit: ${flaw}`);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').getByRole('table').waitFor();
    found.push(...(await flawsOf(page)).map((flaw) => `publish: ${flaw}`));
    expect(found).toEqual([]);
  });

  it.each(looks)('of the tabs has nothing in anybody’s way, %s at %i pixels', async (scheme, width) => {
    const { page } = await admin({ dark: scheme === 'dark', width }, '?object=deal&tab=versions');
    await page.getByRole('button', { name: 'What it says: Version 1' }).click();
    const found = await flawsOf(page);
    for (const tab of ['Stored rows', 'Stages']) {
      await page.getByRole('tab', { name: tab }).click();
      found.push(...(await flawsOf(page)).map((flaw) => `${tab}: ${flaw}`));
    }
    expect(found).toEqual([]);
  });
});
