import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import type { Page } from '../contract.ts';
import { createProviderHttp } from '../http.ts';
import type { HubspotContext } from './client.ts';
import { hubspot } from './index.ts';

const portalId = 20_000_009;
const privateToken = 'pat-na1-streams-test';
const hourMs = 3_600_000;

describe('HubSpot’s streams', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await sandbox.control('hubspot', 'reset');
    await sandbox.control('hubspot', 'createPortal', { portalId, privateToken });
  });

  const act = <T = { id: number }>(verb: string, input: Record<string, unknown> = {}) =>
    sandbox.control<T>('hubspot', verb, { portalId, ...input });
  const context = (settings: HubspotContext['settings'] = {}): HubspotContext => ({
    http: createProviderHttp({
      vendorBaseUrl: hubspot.baseUrl,
      baseUrl: `${sandbox.url}/hubspot`,
      hosts: hubspot.hosts,
      timeoutMs: 5_000,
      log() {},
    }),
    credentials: { accessToken: privateToken },
    settings,
  });
  const { deals, contacts } = hubspot.streams as Record<'deals' | 'contacts', (typeof hubspot.streams)[string]>;
  type Raw = { id: string; properties: Record<string, string | null>; derived: Record<string, string | null> };
  const run = async (cursor: string | null, { now = new Date(), pageSize = 1_000, stream = deals, settings = {} } = {}) => {
    const pages: Page[] = [];
    for (let at = cursor, done = false; !done; { cursor: at, done } = pages.at(-1)!)
      pages.push(await stream.fetchPage(context(settings), { cursor: at, now, pageSize }));
    return {
      pages,
      records: pages.flatMap(({ records }) => records) as Raw[],
      deleted: pages.flatMap(({ deleted = [] }) => deleted),
      cursor: pages.at(-1)!.cursor,
    };
  };
  const idsOf = (records: Raw[]) => records.map(({ id }) => Number(id)).toSorted((a, b) => a - b);
  const asked = async (path: string) =>
    (await sandbox.control<{ path: string }[]>('hubspot', 'requests')).filter((request) => request.path.endsWith(path));
  const deal = (over: Record<string, unknown> = {}) =>
    act('createDeal', {
      properties: { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default', ...over },
      at: '2026-01-05T10:00:00.000Z',
    });
  const only = async (id: number) => {
    const { records } = await run(null);
    return records.find((record) => record.id === String(id))!;
  };

  describe('read past the 10,000 results of a search', () => {
    it.each([
      ['over time', 30],
      ['all in one millisecond', 0],
    ])('each deal once, when they were changed %s', async (_, days) => {
      const { firstId, count } = await act<{ firstId: number; count: number }>('createDeals', { count: 10_450, days });
      const { records, pages } = await run(null);
      expect(idsOf(records)).toEqual(Array.from({ length: count }, (__, index) => firstId + index));
      for (const { cursor } of pages) expect(Buffer.byteLength(cursor)).toBeLessThan(300);
    });

    it('each contact once, when many share a millisecond among others', async () => {
      const until = '2026-02-01T00:00:00.000Z';
      await act('createContacts', { count: 300, days: 2, until });
      await act('createContacts', { count: 700, days: 0, until });
      await act('createContacts', { count: 300, days: 0, until: '2026-02-01T00:00:00.001Z' });
      const { records } = await run(null, { stream: contacts, pageSize: 200 });
      expect(records.length).toBe(1_300);
      expect(new Set(idsOf(records)).size).toBe(1_300);
    });
  });

  it('read the last five minutes again, and nothing before them', async () => {
    await act('createDeals', { count: 100, days: 1 });
    const { cursor, records } = await run(null);
    const again = await run(cursor);
    // A deal each quarter of an hour.
    expect(idsOf(again.records)).toEqual([idsOf(records).at(-1)]);
    expect((await run(again.cursor)).records).toHaveLength(1);
  });

  it('tell a deal that changes at the very time of the cursor', async () => {
    await act('createDeals', { count: 20, days: 1 });
    const { cursor, records } = await run(null);
    const last = records.at(-1)!;
    const at = last.properties['hs_lastmodifieddate']!;
    const { id } = await act('createDeal', { properties: { dealname: 'Same time', dealstage: 'contractsent' }, at });
    expect(idsOf((await run(cursor)).records)).toEqual([Number(last.id), id]);
  });

  it('take from an account without deals nothing, and begin again where they began', async () => {
    const { cursor, records } = await run(null);
    expect(records).toEqual([]);
    const { id } = await deal();
    expect(idsOf((await run(cursor)).records)).toEqual([id]);
  });

  it('tell every step once, when deals move between any two pages', async () => {
    await act('createDeals', { count: 60, days: 30 });
    const all = ['appointmentscheduled', 'qualifiedtobuy', 'presentationscheduled', 'contractsent', 'closedwon', 'closedlost'];
    let moves = 0;
    const moveSome = async () => {
      const ids = Object.keys(await act<Record<string, string>>('modified', { object: 'deals' })).map(Number);
      for (let left = 3; left > 0; left -= 1) {
        moves += 1;
        await act('moveDeal', { id: ids[randomInt(ids.length)]!, stage: all[moves % all.length]! });
      }
    };
    const told: string[] = [];
    let cursor: string | null = null;
    for (const isMoving of [true, true, false]) {
      for (let pages = 0, done = false; !done; pages += 1) {
        const page: Page = await deals.fetchPage(context(), { cursor, now: new Date(), pageSize: 7 });
        for (const record of page.records)
          for (const { at, to } of deals.movements!(record)) told.push(`${(record as Raw).id}:${at}:${to}`);
        ({ cursor, done } = page);
        if (isMoving && pages < 15) await moveSome();
      }
    }
    // A step that is told again has the same key, and is the same row.
    expect(moves).toBeGreaterThan(30);
    expect(new Set(told)).toEqual(new Set(await act<string[]>('steps')));
  });

  it('tell the steps of a deal from HubSpot’s history, by whom, and through another pipeline', async () => {
    const { id } = await deal();
    const move = (verb: string, input: object) => act(verb, { id, ...input });
    await move('moveDeal', { stage: 'contractsent', at: '2026-01-06T10:00:00.000Z', userId: 7 });
    await move('updateDeal', { properties: { amount: '120' }, at: '2026-01-06T11:00:00.000Z' });
    await move('moveToPipeline', { pipelineId: '7654321', stage: '98001', at: '2026-01-07T10:00:00.000Z', userId: 8 });
    await move('moveDeal', { stage: '98002', at: '2026-01-08T10:00:00.000Z', userId: 8 });
    const told = await only(id);
    expect(deals.movements!(told)).toEqual([
      { from: null, to: 'appointmentscheduled', at: '2026-01-05T10:00:00.000Z', by: '5512' },
      { from: 'appointmentscheduled', to: 'contractsent', at: '2026-01-06T10:00:00.000Z', by: '7' },
      { from: 'contractsent', to: '98001', at: '2026-01-07T10:00:00.000Z', by: '8' },
      { from: '98001', to: '98002', at: '2026-01-08T10:00:00.000Z', by: '8' },
    ]);
    expect(told.properties).toMatchObject({ pipeline: '7654321', dealstage: '98002' });
  });

  it('begin with the oldest step that HubSpot still has when it forgot the first ones', async () => {
    const { id } = await deal();
    for (const [day, stage] of ['qualifiedtobuy', 'contractsent', 'closedwon'].entries())
      await act('moveDeal', { id, stage, at: `2026-01-1${day}T00:00:00.000Z` });
    await act('pruneHistory', { id, keep: 2 });
    expect(deals.movements!(await only(id))).toMatchObject([
      { from: null, to: 'contractsent', at: '2026-01-11T00:00:00.000Z' },
      { from: 'contractsent', to: 'closedwon', at: '2026-01-12T00:00:00.000Z' },
    ]);
  });

  it('take no repeated value for a step', () => {
    const version = (value: string, day: number) => ({ value, timestamp: `2026-01-0${day}T00:00:00Z`, sourceType: 'IMPORT' });
    const dealstage = [version('b', 4), version('b', 3), version('a', 2), version('a', 1)];
    expect(deals.movements!({ propertiesWithHistory: { dealstage } })).toEqual([
      { from: null, to: 'a', at: '2026-01-01T00:00:00.000Z', by: null },
      { from: 'a', to: 'b', at: '2026-01-03T00:00:00.000Z', by: null },
    ]);
  });

  it('name the contact that was made first, the day in UTC, and the currency of deal or account', async () => {
    const [first, second] = [await act('createContact'), await act('createContact')];
    const properties = {
      dealname: 'Boiler',
      dealstage: 'contractsent',
      closedate: '2026-03-01T23:30:00.000-05:00',
      amount: '99.90',
    };
    const inEuro = await act('createDeal', {
      properties: { ...properties, deal_currency_code: 'EUR' },
      contacts: [second.id, first.id],
    });
    const { id } = await act('createDeal', { properties });
    const worthless = await act('createDeal', { properties: { dealname: 'Boiler', dealstage: 'contractsent' } });
    const { records } = await run(null);
    expect(Object.fromEntries(records.map(({ id: own, derived }) => [own, derived]))).toEqual({
      [inEuro.id]: { contactId: String(first.id), closeOn: '2026-03-02', currency: 'EUR' },
      [id]: { contactId: null, closeOn: '2026-03-02', currency: 'USD' },
      [worthless.id]: { contactId: null, closeOn: null, currency: null },
    });
  });

  it('read the account’s own properties that the settings name', async () => {
    const { id } = await deal({ lead_source: 'Radio' });
    expect((await only(id)).properties).not.toHaveProperty('lead_source');
    const { records } = await run(null, { settings: { dealProperties: ['lead_source'] } });
    expect(records[0]!.properties['lead_source']).toBe('Radio');
    expect(hubspot.settings.safeParse({ dealProperties: ['Not a name'] }).success).toBe(false);
  });

  describe('when a deal is gone', () => {
    it('tell it with its time, look at what was archived every six hours, and forget what was told long ago', async () => {
      await act('createDeals', { count: 250, days: 10 });
      const start = Date.now();
      const { cursor, records } = await run(null, { now: new Date(start) });
      const remove = (index: number, at: string) => act('deleteDeal', { id: Number(records[index]!.id), at });
      const told = (index: number, at: string) => ({ externalId: records[index]!.id, at, mergedInto: null });
      const [first, second] = ['2026-03-01T00:00:00.000Z', '2026-03-01T08:00:00.000Z'];
      const removed = Array.from({ length: 150 }, (_, index) => index);
      for (const index of removed) await remove(index, first);
      const soon = await run(cursor, { now: new Date(start + 5 * hourMs) });
      expect(soon.deleted).toEqual([]);
      const due = await run(soon.cursor, { now: new Date(start + 6 * hourMs) });
      expect(due.deleted).toEqual(removed.map((index) => told(index, first)));
      await remove(200, second);
      expect((await run(due.cursor, { now: new Date(start + 11 * hourMs) })).deleted).toEqual([]);
      const again = await run(due.cursor, { now: new Date(start + 12 * hourMs) });
      expect(again.deleted).toContainEqual(told(200, second));
      // What was archived long before is known by now.
      const last = await run(again.cursor, { now: new Date(start + 18 * hourMs) });
      expect(last.deleted).toEqual([told(200, second)]);
    });

    it('tell it again as a record when it was restored', async () => {
      const { id } = await deal();
      const { cursor } = await run(null);
      await act('deleteDeal', { id });
      await act('restoreDeal', { id });
      expect(idsOf((await run(cursor)).records)).toEqual([id]);
    });

    it('tell which deal has taken it in, in a sync and when it is asked for by its id', async () => {
      const [a, b, c] = [await deal(), await deal(), await deal()];
      const { cursor } = await run(null);
      const first = await act('mergeDeals', { primaryId: a.id, mergedId: b.id });
      const second = await act('mergeDeals', { primaryId: first.id, mergedId: c.id });
      const { records, deleted } = await run(cursor);
      expect(idsOf(records)).toEqual([second.id]);
      const mergedInto = String(second.id);
      const all = [a, b, first, c].map(({ id }) => expect.objectContaining({ externalId: String(id), mergedInto }));
      expect(deleted).toHaveLength(4);
      expect(deleted).toEqual(expect.arrayContaining(all));

      const byId = await deals.fetchByIds!(context(), { externalIds: [String(a.id), String(c.id)], now: new Date() });
      expect(idsOf(byId.records as Raw[])).toEqual([second.id]);
      expect(byId.deleted).toEqual(expect.arrayContaining(all));
    });

    it('tell it too when the deal that has taken it in was archived before anybody read that', async () => {
      const [a, b] = [await deal(), await deal()];
      const start = Date.now();
      const { cursor } = await run(null, { now: new Date(start) });
      const { id } = await act('mergeDeals', { primaryId: a.id, mergedId: b.id });
      await act('deleteDeal', { id });
      const { records, deleted } = await run(cursor, { now: new Date(start + 6 * hourMs) });
      expect(records).toEqual([]);
      const gone = [a, b].map((each) => expect.objectContaining({ externalId: String(each.id), mergedInto: String(id) }));
      expect(deleted).toEqual(expect.arrayContaining(gone));
    });

    it('tell by its id when it was archived, or that HubSpot no longer knows it', async () => {
      const { id } = await deal();
      await act('deleteDeal', { id, at: '2026-03-01T00:00:00.000Z' });
      const now = new Date('2026-04-01T00:00:00Z');
      expect(await deals.fetchByIds!(context(), { externalIds: [String(id), '42'], now })).toEqual({
        records: [],
        deleted: [
          { externalId: String(id), at: '2026-03-01T00:00:00.000Z', mergedInto: null },
          { externalId: '42', at: now.toISOString(), mergedInto: null },
        ],
      });
    });

    it('tell a contact that was merged', async () => {
      const [a, b] = [await act('createContact'), await act('createContact')];
      const { id } = await act('mergeContacts', { primaryId: a.id, mergedId: b.id });
      const { deleted } = await run(null, { stream: contacts });
      expect(deleted).toMatchObject([
        { externalId: String(a.id), mergedInto: String(id) },
        { externalId: String(b.id), mergedInto: String(id) },
      ]);
    });
  });

  it('ask a hundred ids of HubSpot in two calls, because half as many are given with histories', async () => {
    const { firstId } = await act<{ firstId: number }>('createDeals', { count: 100 });
    const externalIds = Array.from({ length: 100 }, (_, index) => String(firstId + index));
    expect((await deals.fetchByIds!(context(), { externalIds, now: new Date() })).records).toHaveLength(100);
    expect(await asked('/batch/read')).toHaveLength(3);
    expect(await asked('/deals/batch/read')).toHaveLength(2);
  });

  it('wait out a limit of a second or ten, so that no page is read anew', async () => {
    await act('createDeals', { count: 20 });
    await act('limit', { policyName: 'SECONDLY', times: 1 });
    expect((await run(null)).records).toHaveLength(20);
    await act('limit', { policyName: 'TEN_SECONDLY_ROLLING', times: 3, retryAfterS: 0 });
    expect((await run(null)).records).toHaveLength(20);
  });

  it('say how long HubSpot’s limits are to be waited for when they last, and of the day’s at once', async () => {
    const refused = async (policyName: string, more = {}) => {
      await act('limit', { policyName, times: 4, ...more });
      return hubspot.classify(
        await deals.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 10 }).catch((error: unknown) => error),
      );
    };
    expect(await refused('SECONDLY', { retryAfterS: 0 })).toMatchObject({
      code: 'rate_limited',
      providerCode: 'SECONDLY',
      retryAfterMs: 0,
    });
    expect(await refused('TEN_SECONDLY_ROLLING', { times: 1, retryAfterS: 30 })).toMatchObject({ retryAfterMs: 30_000 });
    expect(await refused('DAILY', { times: 1 })).toMatchObject({ providerCode: 'DAILY', retryAfterMs: hourMs });
  });
});
