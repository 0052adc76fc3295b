import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../domain/compile-mapping.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import type { Page } from '../contract.ts';
import { createProviderHttp } from '../http.ts';
import { effectiveStage } from './history.ts';
import { pipedrive } from './index.ts';

const { deals, contacts } = pipedrive.streams as Record<'deals' | 'contacts', (typeof pipedrive.streams)[string]>;
const companyId = 5_000_001;
const apiToken = 'canary-api-token-of-streams';
const day = 86_400;

describe('Pipedrive’s streams', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    await control('reset');
    await control('createCompany', { companyId, apiToken });
  });

  const control = <T = any>(verb: string, input: Record<string, unknown> = {}) => sandbox.control<T>('pipedrive', verb, input);
  const act = (verb: string, input: Record<string, unknown>) => control(verb, { companyId, ...input });
  const asked = async (path: RegExp) =>
    (await control<{ path: string; query: Record<string, string> }[]>('requests')).filter((request) => path.test(request.path));
  const changelogs = async () => (await asked(/changelog$/)).length;
  const context = () => ({
    http: createProviderHttp({
      vendorBaseUrl: pipedrive.baseUrl,
      baseUrl: `${sandbox.url}/pipedrive`,
      hosts: pipedrive.hosts,
      timeoutMs: 5_000,
      log() {},
    }),
    credentials: { apiToken },
    settings: {},
  });

  /** One run from `cursor` to its end; `between` is done after each page. */
  async function run(
    stream: typeof deals,
    cursor: string | null,
    {
      now = new Date(),
      pageSize = 50,
      between = async () => {},
    }: { now?: Date; pageSize?: number; between?: () => Promise<unknown> } = {},
  ): Promise<{ pages: Page[]; cursor: string }> {
    const pages: Page[] = [];
    for (let at = cursor; !pages.at(-1)?.done; at = pages.at(-1)!.cursor) {
      pages.push(await stream.fetchPage(context(), { cursor: at, now, pageSize }));
      await between();
    }
    return { pages, cursor: pages.at(-1)!.cursor };
  }
  const recordsOf = (pages: Page[]) => pages.flatMap(({ records }) => records) as Record<string, unknown>[];
  const deletedOf = (pages: Page[]) => pages.flatMap(({ deleted = [] }) => deleted);
  const steps = (raw: unknown) => deals.movements!(raw).map(({ from, to }) => [from, to]);
  const fieldsOf = (stream: typeof deals, raw: unknown) => {
    const result = compileMapping({ ...stream.mapping, version: 1 }, { phone: (text) => text })(raw);
    return 'record' in result ? result.record.fields : result.issues;
  };
  const fetchDeal = async (dealId: number) => {
    const { records } = await deals.fetchByIds!(context(), { externalIds: [String(dealId)], now: new Date() });
    return records[0];
  };
  const now = () => Math.floor(Date.now() / 1_000);

  describe('of deals', () => {
    it('follow a deal that is won, reopened and lost, with times and who did it', async () => {
      const { dealIds } = await act('createDeals', { count: 1, movementsEach: 1, overS: 0 });
      const [dealId] = dealIds;
      const at = now();
      await act('winDeal', { dealId, at: at + 1 });
      expect(fieldsOf(deals, await fetchDeal(dealId))).toMatchObject({ stage: 'won' });
      await act('reopenDeal', { dealId, at: at + 2 });
      expect(fieldsOf(deals, await fetchDeal(dealId))).toMatchObject({ stage: '2' });
      await act('loseDeal', { dealId, at: at + 3 });
      const raw = await fetchDeal(dealId);
      expect(fieldsOf(deals, raw)).toMatchObject({ stage: 'lost', title: 'Deal 1', amount: '100.5', currency: 'EUR' });
      expect(steps(raw)).toEqual([
        [null, '1'],
        ['1', '2'],
        ['2', 'won'],
        ['won', '2'],
        ['2', 'lost'],
      ]);
      expect(deals.movements!(raw).at(-1)).toEqual({
        from: '2',
        to: 'lost',
        at: new Date((at + 3) * 1_000).toISOString(),
        by: '7001',
      });
    });

    it('follow a deal into another pipeline, and while it is won count no stage it is put in', async () => {
      const [dealId] = (await act('createDeals', { count: 1, movementsEach: 0, overS: 0 })).dealIds;
      const at = now();
      await act('moveDeal', { dealId, stageId: 11, at: at + 1 });
      await act('winDeal', { dealId, at: at + 2 });
      await act('moveDeal', { dealId, stageId: 12, at: at + 3 });
      await act('reopenDeal', { dealId, at: at + 4 });
      expect(steps(await fetchDeal(dealId))).toEqual([
        [null, '1'],
        ['1', '11'],
        ['11', 'won'],
        ['won', '12'],
      ]);
    });

    it('see what happened between two runs though the deal stands as before, a closing time set by hand too', async () => {
      await act('createDeals', { count: 3, movementsEach: 0, overS: 0 });
      const { cursor } = await run(deals, null);
      const at = now();
      await act('loseDeal', { dealId: 1, at: at + 1 });
      await act('reopenDeal', { dealId: 1, at: at + 2 });
      await act('winDeal', { dealId: 2, at: at + 1, closedAt: at - 90 * day });
      const told = recordsOf((await run(deals, cursor)).pages);
      const byId = new Map(told.map((raw) => [raw['id'], steps(raw)]));
      expect(byId.get(1)).toEqual([
        [null, '1'],
        ['1', 'lost'],
        ['lost', '1'],
      ]);
      expect(byId.get(2)).toEqual([
        [null, '1'],
        ['1', 'won'],
      ]);
    });

    it('read a long log to its end', async () => {
      await act('createDeals', { count: 1, movementsEach: 0, overS: 0 });
      const at = now();
      for (let turn = 1; turn <= 620; turn += 1)
        await act(turn % 310 === 0 ? 'moveDeal' : 'updateDeal', {
          dealId: 1,
          at: at + turn,
          ...(turn % 310 === 0 && { stageId: 1 + turn / 310 }),
        });
      expect(steps(await fetchDeal(1))).toEqual([
        [null, '1'],
        ['1', '2'],
        ['2', '3'],
      ]);
      expect(await changelogs()).toBe(2);
    });

    it('make up no beginning while the log does not tell yet what the deal says', () => {
      const raw = { stage_id: 2, status: 'open', add_time: '2026-01-01T00:00:00Z', changelog: [] };
      expect(deals.movements!({ ...raw, stage_change_time: '2026-01-05T00:00:00Z' })).toEqual([]);
      expect(steps({ ...raw, stage_change_time: null })).toEqual([[null, '2']]);
      const won = { ...raw, status: 'won', stage_change_time: null };
      expect(steps({ ...won, won_time: '2026-01-09T00:00:00Z' })).toEqual([[null, '2']]);
      expect(steps({ ...won, won_time: '2026-01-01T00:00:01Z' })).toEqual([[null, 'won']]);
    });

    it('leave a deal where it stood when its log speaks of another status, and tell nothing of one without a stage', () => {
      const time = (text: string) => `2026-01-02 03:04:${text}`;
      const change = (before: string, after: string, second: string) => ({
        field_key: 'status',
        old_value: before,
        new_value: after,
        time: time(second),
      });
      const raw = { stage_id: 2, status: 'won', add_time: '2026-01-01T00:00:00Z' };
      const changelog = [change('deleted', 'won', '09'), change('won', 'deleted', '08'), change('open', 'won', '07')];
      expect(steps({ ...raw, changelog })).toEqual([
        [null, '2'],
        ['2', 'won'],
      ]);
      for (const broken of [{ stage_id: null }, { stage_id: undefined }, { status: undefined }, { status: 'paused' }]) {
        expect(steps({ ...raw, changelog, ...broken })).toEqual([]);
        const { status, stage_id } = { ...raw, ...broken };
        expect(effectiveStage(status, stage_id)).toBeUndefined();
      }
    });

    it('keep the log’s order within one second, whichever way round it comes', () => {
      const change = (before: string, after: string) => ({ field_key: 'stage_id', old_value: before, new_value: after });
      const time = (text: string) => ({ time: `2026-01-02 03:04:${text}` });
      const newestFirst = [
        { ...change('3', '4'), ...time('07') },
        { ...change('2', '3'), ...time('06') },
        { ...change('1', '2'), ...time('06') },
      ];
      const raw = { stage_id: 4, status: 'open', add_time: '2026-01-01T00:00:00Z' };
      const expected = [
        [null, '1'],
        ['1', '2'],
        ['2', '3'],
        ['3', '4'],
      ];
      expect(steps({ ...raw, changelog: newestFirst })).toEqual(expected);
      expect(steps({ ...raw, changelog: newestFirst.toReversed() })).toEqual(expected);
    });

    it('tell deleted deals with their time, bring restored ones back, and end a merged one as deleted', async () => {
      await act('createDeals', { count: 4, movementsEach: 1, overS: 0 });
      let { cursor } = await run(deals, null);
      const at = now();
      await act('deleteDeal', { dealId: 1, at: at + 1 });
      await act('mergeDeals', { dealId: 2, intoId: 3, at: at + 1 });
      const first = await run(deals, cursor);
      ({ cursor } = first);
      const ended = { at: new Date((at + 1) * 1_000).toISOString(), mergedInto: null };
      expect(deletedOf(first.pages)).toEqual([
        { externalId: '1', ...ended },
        { externalId: '2', ...ended },
      ]);
      expect(recordsOf(first.pages).find(({ id }) => id === 3)).toMatchObject({ title: 'Deal 3 and Deal 2' });
      await act('restoreDeal', { dealId: 1, at: at + 2 });
      expect(recordsOf((await run(deals, cursor)).pages).map(({ id }) => id)).toContain(1);
      const byIds = await deals.fetchByIds!(context(), {
        externalIds: ['1', '2', '99', 'x'],
        now: new Date('2026-05-06T07:08:09Z'),
      });
      expect((byIds.records as { id: number }[]).map(({ id }) => id)).toEqual([1]);
      const gone = { at: '2026-05-06T07:08:09.000Z', mergedInto: null };
      expect(byIds.deleted).toEqual([
        { externalId: '2', ...ended },
        { externalId: '99', ...gone },
        { externalId: 'x', ...gone },
      ]);
    });

    it('keep archived deals, which leave Pipedrive’s usual list, and look for them every six hours', async () => {
      await act('createDeals', { count: 3, movementsEach: 1, overS: 0 });
      await act('archiveDeal', { dealId: 1 });
      const start = Date.now();
      const first = await run(deals, null, { now: new Date(start) });
      expect(recordsOf(first.pages).map(({ id }) => id)).toEqual([2, 3, 1]);
      await act('archiveDeal', { dealId: 2 });
      const soon = await run(deals, first.cursor, { now: new Date(start + 900_000) });
      expect(recordsOf(soon.pages).map(({ id }) => id)).toEqual([3]);
      expect((await fetchDeal(2)) as object).toMatchObject({ id: 2, is_archived: true });
      const later = await run(deals, soon.cursor, { now: new Date(start + 6 * 3_600_000) });
      expect(new Set(recordsOf(later.pages).map(({ id }) => id))).toEqual(new Set([1, 2, 3]));
      expect(deletedOf([...first.pages, ...soon.pages, ...later.pages])).toEqual([]);
    });

    it('read what changed at the very second where a window begins, and nothing before it', async () => {
      await act('createDeals', { count: 3, movementsEach: 0, overS: 0 });
      const { cursor } = await run(deals, null);
      const begins = Math.floor(Date.parse((JSON.parse(cursor) as { since: string }).since) / 1_000);
      expect(now() - begins).toBeGreaterThanOrEqual(5 * 60);
      for (const [dealId, at] of [
        [1, begins - 1],
        [2, begins],
        [3, begins + 1],
      ] as const)
        await act('backdateDeal', { dealId, at });
      expect(recordsOf((await run(deals, cursor)).pages).map(({ id }) => id)).toEqual([2, 3]);
    });

    it('go on from the time that was reached when a marker is no longer taken, and do not begin anew for ever', async () => {
      await act('createDeals', { count: 12, movementsEach: 0, overS: 1_200 });
      const first = await deals.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 4 });
      const withMarker = (marker: string, over: object = {}) => {
        const cursor = JSON.parse(first.cursor) as { pass: object };
        return JSON.stringify({ ...cursor, pass: { ...cursor.pass, marker, ...over } });
      };
      const { pages } = await run(deals, withMarker('stale'), { pageSize: 4 });
      expect(recordsOf(pages).map(({ id }) => id)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
      const stuck = deals.fetchPage(context(), {
        cursor: withMarker('stale', { reachedAt: null }),
        now: new Date(),
        pageSize: 4,
      });
      await expect(stuck).rejects.toMatchObject({ status: 400 });
    });
  });

  describe('read no record too few and none in an older version', () => {
    /** A small generator, so that a failure can be repeated. */
    const random = (seed: number) => () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const verbs = [
      'updateDeal',
      'moveDeal',
      'winDeal',
      'loseDeal',
      'reopenDeal',
      'deleteDeal',
      'restoreDeal',
      'archiveDeal',
      'unarchiveDeal',
    ];

    it.each([1, 2, 3, 4])(
      'whatever changes between two pages, or at the very second where a window begins: seed %i',
      async (seed) => {
        const next = random(seed);
        const pick = (count: number) => Math.floor(next() * count);
        await act('createDeals', { count: 60, movementsEach: 1, overS: 2 * day });
        const known = new Map<string, string>();
        const movements = new Set<string>();
        let count = 60;
        let at = now();
        const change = async () => {
          for (let times = pick(6); times > 0; times -= 1) {
            // Often the same second as before: that of a page's last record, or of a window's beginning.
            at += pick(2);
            const verb = verbs[pick(verbs.length)]!;
            await act(verb, { dealId: 1 + pick(count), at, ...(verb === 'moveDeal' && { stageId: [1, 2, 3, 11][pick(4)] }) });
          }
          if (pick(4) === 0) count += (await act('createDeals', { count: 2, movementsEach: 0, overS: 0 })).dealIds.length;
        };
        const apply = ({ records, deleted = [] }: Page) => {
          for (const raw of records as Record<string, unknown>[]) {
            const version = String(raw['update_time']);
            if (version >= (known.get(String(raw['id'])) ?? '')) known.set(String(raw['id']), version);
            for (const step of deals.movements!(raw)) movements.add(`${String(raw['id'])} ${step.at} ${step.to}`);
          }
          for (const { externalId, at: endedAt } of deleted)
            if (new Date(endedAt) >= new Date(known.get(externalId) ?? 0)) known.delete(externalId);
        };
        let cursor: string | null = null;
        let clock = Date.now();
        for (const between of [change, change, change, async () => {}]) {
          clock += day * 1_000;
          const done = await run(deals, cursor, { now: new Date(clock), pageSize: 7, between });
          ({ cursor } = done);
          done.pages.forEach(apply);
        }
        const truth = (await act('truth', {})) as { deals: Record<string, string>; movements: string[] };
        expect(Object.fromEntries(known)).toEqual(truth.deals);
        const ofPresent = [...movements].filter((step) => Object.hasOwn(truth.deals, step.split(' ')[0]!));
        expect(ofPresent.toSorted()).toEqual(truth.movements.toSorted());
      },
    );
  });

  describe('spend the company’s tokens with care', () => {
    it('one log for each deal that changed: 10 of 1,000, and none in a run without changes', async () => {
      await act('createDeals', { count: 1_000, movementsEach: 1, overS: 30 * day });
      const first = await run(deals, null);
      expect(await changelogs()).toBe(1_000);
      const before = await act('spent', {});
      for (let dealId = 1; dealId <= 10; dealId += 1) await act(dealId % 2 ? 'updateDeal' : 'winDeal', { dealId });
      const second = await run(deals, first.cursor);
      // The newest deal's last change lies within the overlap.
      expect(await changelogs()).toBe(1_011);
      expect((await act('spent', {})) - before).toBe(10 + 11 * 20);
      expect(recordsOf(second.pages)).toHaveLength(11);
    });

    it('an import is not read again by every later run', async () => {
      const hourAgo = now() - 3_600;
      await act('createDeals', { count: 20, movementsEach: 0, overS: 0 });
      for (let dealId = 1; dealId <= 20; dealId += 1) await act('backdateDeal', { dealId, at: hourAgo });
      const first = await run(deals, null);
      const calls = await changelogs();
      const second = await run(deals, first.cursor);
      expect(recordsOf(second.pages)).toEqual([]);
      expect(await changelogs()).toBe(calls);
    });

    it('wait for the next window of calls instead of being refused', async () => {
      await act('createDeals', { count: 8, movementsEach: 0, overS: 0 });
      await act('setLimits', { burst: 5 });
      const { pages } = await run(deals, null);
      expect(recordsOf(pages)).toHaveLength(8);
    });

    it('leave a tenth of the day’s budget to others, and go on where they were', async () => {
      await control('createCompany', { companyId, apiToken, budget: 1_000 });
      await act('createDeals', { count: 50, movementsEach: 0, overS: 0 });
      const error: unknown = await run(deals, null).catch((thrown: unknown) => thrown);
      expect(pipedrive.classify(error)).toMatchObject({
        code: 'rate_limited',
        providerCode: 'budget_reserve',
        retryAfterMs: 3_600_000,
      });
      // A few calls were under way at once.
      expect(await act('spent', {})).toBeLessThan(1_000);
    });
  });

  describe('of persons', () => {
    it('tell them with their organisation, and the address and number that count first', async () => {
      await act('createPersons', { count: 3 });
      const told = recordsOf((await run(contacts, null)).pages);
      expect(
        fieldsOf(
          contacts,
          told.find(({ id }) => id === 2),
        ),
      ).toEqual({
        name: 'Person 2',
        email: 'person2@work.example',
        phone: '+37255500002',
        organisation: 'Organisation 1',
      });
      expect(
        fieldsOf(
          contacts,
          told.find(({ id }) => id === 3),
        ),
      ).toMatchObject({ phone: null, organisation: null });
      expect((await asked(/organizations$/)).map(({ query }) => query)).toEqual([{ ids: '1', limit: '100' }]);
    });

    it('have every field that the mapping reads, empty where a person has none, so that nothing seems to have vanished', async () => {
      await act('createPersons', { count: 1 });
      await act('emptyPerson', { personId: 1 });
      const [person] = recordsOf((await run(contacts, null)).pages);
      const paths = contacts.mapping.fields.map(({ source }) => source);
      expect(paths).toEqual(['name', 'primary_email', 'primary_phone', 'organization_name']);
      expect(Object.keys(person!)).toEqual(expect.arrayContaining(paths));
      expect(fieldsOf(contacts, person)).toEqual({ name: 'Person 1', email: null, phone: null, organisation: null });
    });

    it('tell one who was deleted when asked for by id', async () => {
      await act('createPersons', { count: 2 });
      await act('deletePerson', { personId: 1 });
      const asking = { externalIds: ['1', '2'], now: new Date('2026-05-06T07:08:09Z') };
      const { records, deleted } = await contacts.fetchByIds!(context(), asking);
      expect(records).toMatchObject([{ id: 2 }]);
      expect(deleted).toEqual([{ externalId: '1', at: '2026-05-06T07:08:09.000Z', mergedInto: null }]);
    });
  });
});
