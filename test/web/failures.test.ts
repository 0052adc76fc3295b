/** Failed work in a real browser, worked off by clicking, on the whole engine: what is retried there is written by its workers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type { Role } from '../../domain/permissions.ts';
import { usualRetryLadderMs } from '../../domain/retry-ladder.ts';
import type { FieldMapping } from '../../domain/mapping.ts';
import { getProvider } from '../../providers/registry.ts';
import { by } from '../api/fixtures.ts';
import { commandsOf } from '../harness/connector.ts';
import { flawsInEveryLook, menu, startConsole, type Console } from '../harness/console.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, createCompany, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let web: Console;
let launched: Launched;

beforeAll(async () => {
  engine = await startEngine();
  web = await startConsole({ url: engine.url, stores: engine.app });
  launched = await misfits(4);
}, 120_000);
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await engine.stop();
});

/** An account whose messages did not fit the mapping, which was corrected since. */
async function misfits(count: number): Promise<Launched> {
  const scene = await connect(engine, { messages: 0 });
  const { connectionId, account } = scene;
  const { mapping } = getProvider('twilio').streams['messages']!;
  const unfit: FieldMapping[] = mapping.fields.map((field) =>
    field.target === 'status' ? { ...field, transform: { kind: 'enum', values: { nothing: 'sent' } } } : field,
  );
  await engine.app.mappings.publish({ connectionId, mapping: { ...mapping, fields: unfit } }, by);
  const { accountSid: sid, authToken } = account;
  await engine.sandbox.control('twilio', 'createAccount', { sid, authToken, messages: count, messageDays: 1 });
  await commandsOf(engine, scene).syncNow('messages');
  await until(
    () => engine.app.errorQueue.count(connectionId, {}),
    (open) => open === count,
  );
  await commandsOf(engine, scene).idle();
  await engine.app.mappings.publish({ connectionId, mapping }, by);
  return scene;
}

const signedIn = (role: Role, options?: Parameters<Console['signedIn']>[2]) => web.signedIn(role, launched.companyId, options);
const open = () => engine.app.errorQueue.count(launched.connectionId, {});
const rows = async () => (await engine.app.records.messages({ connectionId: launched.connectionId, limit: 100 })).items.length;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The cards of the page of failures: the page before it may have cards of its own. */
const causes = (page: Page) => page.getByRole('list', { name: 'Causes' });

/** From the menu to the one cause that there is. */
async function toCause(page: Page) {
  await menu(page, 'Failures').click();
  await causes(page).getByRole('link').click();
  await page.getByRole('list', { name: 'Items of this cause' }).waitFor();
}

/** A company with an item that has failed on every rung of the ladder. */
async function worn(): Promise<string> {
  const { companyId, owner } = await createCompany(engine);
  const facts = { companyId, providerKey: 'twilio', purpose: 'messaging', label: 'Front desk', reason: 'Test', settings: {} };
  const { id: connectionId } = await engine.app.connections.create({ ...facts, ownerUserId: owner.id }, by);
  const sentence = 'It could not be applied, and this is told in so many words that they take the whole width of the card.';
  const failed = { companyId, connectionId, kind: 'event' as const, cause: 'SM1', code: 'defect' as const, sentence };
  for (let times = 0; times <= usualRetryLadderMs.length; times += 1)
    await engine.app.errorQueue.put({ ...failed, rawEventId: null });
  return companyId;
}

/** What of a cause's card the badge lies over. */
async function underBadge(card: Locator): Promise<string[]> {
  const badge = (await card.getByText('1 needs a person').boundingBox())!;
  const texts = [card.getByRole('link'), card.getByText('Fault of ours'), card.getByText('1 item', { exact: true })];
  const under = await Promise.all(
    texts.map(async (text) => {
      const { x, y, width, height } = (await text.boundingBox())!;
      const isBeside = x + width <= badge.x || badge.x + badge.width <= x;
      return isBeside || y + height <= badge.y || badge.y + badge.height <= y ? [] : [await text.innerText()];
    }),
  );
  return under.flat();
}

describe('Every look', () => {
  it('has nothing in anybody’s way', async () => {
    const page = await signedIn('operator');
    const list = page.getByRole('list', { name: 'Items of this cause' });
    await page.goto(`${engine.url}/failures`);
    await causes(page).getByRole('article').waitFor();
    const found = await flawsInEveryLook(page);
    await causes(page).getByRole('link').click();
    await list.getByRole('link').first().click();
    await page.getByRole('dialog').getByText('Last calls to the provider').waitFor();
    found.push(...(await flawsInEveryLook(page)));
    await page.getByRole('dialog').getByRole('button', { name: 'Preview a retry' }).click();
    await page.getByRole('table').first().waitFor();
    found.push(...(await flawsInEveryLook(page)));
    await page.goto(`${engine.url}/failures`);
    await causes(page).getByRole('link').click();
    await list.getByRole('link').first().waitFor();
    found.push(...(await flawsInEveryLook(page)));
    expect(found).toEqual([]);
  });
});

describe('A cause that waits for a person', () => {
  it('has its badge beside its words, or below them where it is narrow', async () => {
    const companyId = await worn();
    const page = await web.signedIn('operator', companyId);
    await page.goto(`${engine.url}/failures`);
    for (const width of [1_280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await underBadge(causes(page).getByRole('article'))).toEqual([]);
    }
  });
});

describe('An operator', () => {
  it('previews a retry of one as a difference, carries out exactly that, and is told how it ended', async () => {
    const page = await signedIn('operator');
    await toCause(page);
    await page.getByText('All 4 items of this cause').waitFor();
    await page.getByRole('checkbox').first().check();
    await page.getByText('1 item selected').waitFor();
    await button(page, 'Preview a retry').click();
    const dialog = page.getByRole('dialog', { name: 'What a retry would change' });
    await dialog.getByText('New row: 1 item').waitFor();
    const status = dialog.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^status/ }) });
    await status.getByText('•••').waitFor();
    await dialog.getByText('The values are hidden.').waitFor();
    expect([await open(), await rows()]).toEqual([4, 0]);
    await dialog.getByRole('button', { name: 'Retry exactly this' }).click();
    await page.getByText('1 of 1 item was tried again: 1 made a new row.').waitFor();
    await page.getByText('All 3 items of this cause').waitFor();
    expect([await open(), await rows()]).toEqual([3, 1]);
    // Reloaded, the page still says what is under way and how it ended.
    await page.reload();
    await page.getByText('1 of 1 item was tried again').waitFor();
  });

  it('ignores a whole cause with a reason, and undoes it', async () => {
    const page = await signedIn('operator');
    await toCause(page);
    await button(page, 'Ignore').click();
    const dialog = page.getByRole('dialog', { name: 'Ignore' });
    await dialog.getByRole('button', { name: 'Ignore' }).click();
    await dialog.getByText('Say it in a few words.').waitFor();
    await dialog.getByLabel('Why not').fill('Test messages.');
    await dialog.getByRole('button', { name: 'Ignore' }).click();
    await page.getByText('3 items ignored.').waitFor();
    await page.getByText('Nothing is left of this cause').waitFor();
    expect(await open()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('3 items open again.').waitFor();
    await page.getByText('All 3 items of this cause').waitFor();
    expect(await open()).toBe(3);
  });

  it('resolves one with a note, and opens it again from what was closed', async () => {
    const page = await signedIn('operator');
    await toCause(page);
    await page.getByRole('list', { name: 'Items of this cause' }).getByRole('link').first().click();
    const item = page.getByRole('dialog', { name: 'One failed item' });
    await item.getByText('Record rejected').waitFor();
    await item.getByRole('button', { name: 'Show what came' }).click();
    await item.getByRole('alert').waitFor();
    await item.getByRole('button', { name: 'Resolve' }).click();
    const dialog = page.getByRole('dialog', { name: 'Resolve' });
    await dialog.getByLabel('What was done').fill('Entered by hand.');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('1 item resolved.').waitFor();
    await page.goto(`${engine.url}/failures?show=closed`);
    await page.getByText('Entered by hand.').waitFor();
    await button(page, 'Open again').click();
    await page.getByText('It is open again.').waitFor();
    expect(await open()).toBe(3);
  });

  it('retries all that is left, and it is gone', async () => {
    const page = await signedIn('operator');
    await toCause(page);
    await button(page, 'Retry').click();
    await page.getByText('3 of 3 items were tried again: 3 made a new row.').waitFor();
    await page.getByText('Nothing is left of this cause').waitFor();
    expect([await open(), await rows()]).toEqual([0, 4]);
    await page.getByRole('link', { name: 'All causes' }).click();
    await page.getByText('Nothing has failed').waitFor();
    await page.getByText('Closed', { exact: true }).click();
    const closed = page.getByRole('list', { name: 'Closed items' }).getByRole('listitem');
    await closed.filter({ hasText: 'Settled by itself' }).first().waitFor();
    await until(
      () => closed.count(),
      (count) => count === 4,
    );
  });
});

describe('A viewer', () => {
  it('has no such page, and is told so', async () => {
    const page = await signedIn('viewer');
    await menu(page, 'Incidents').waitFor();
    expect(await menu(page, 'Failures').count()).toBe(0);
    await page.goto(`${engine.url}/failures`);
    await page.getByText('Your role may not see this').waitFor();
  });
});
