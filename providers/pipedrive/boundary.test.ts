import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from '../contract.ts';
import { pipedrive } from './index.ts';
import { apiToken, companyId, day, deals, openScene } from './streams.fixture.ts';

let scene: Awaited<ReturnType<typeof openScene>>;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(() => scene.begin());

describe('Pipedrive’s streams read no record too few and none in an older version', () => {
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
      await scene.act('createDeals', { count: 60, movementsEach: 1, overS: 2 * day });
      const known = new Map<string, string>();
      const movements = new Set<string>();
      let count = 60;
      let at = scene.now();
      const change = async () => {
        for (let times = pick(6); times > 0; times -= 1) {
          // Often the same second as before: that of a page's last record, or of a window's beginning.
          at += pick(2);
          const verb = verbs[pick(verbs.length)]!;
          await scene.act(verb, { dealId: 1 + pick(count), at, ...(verb === 'moveDeal' && { stageId: [1, 2, 3, 11][pick(4)] }) });
        }
        if (pick(4) === 0) count += (await scene.act('createDeals', { count: 2, movementsEach: 0, overS: 0 })).dealIds.length;
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
        const done = await scene.run(deals, cursor, { now: new Date(clock), pageSize: 7, between });
        ({ cursor } = done);
        done.pages.forEach(apply);
      }
      const truth = (await scene.act('truth', {})) as { deals: Record<string, string>; movements: string[] };
      expect(Object.fromEntries(known)).toEqual(truth.deals);
      const ofPresent = [...movements].filter((step) => Object.hasOwn(truth.deals, step.split(' ')[0]!));
      expect(ofPresent.toSorted()).toEqual(truth.movements.toSorted());
    },
  );
});

describe('Pipedrive’s streams spend the company’s tokens with care', () => {
  it('one log for each deal that changed: 10 of 1,000, and none in a run without changes', async () => {
    await scene.act('createDeals', { count: 1_000, movementsEach: 1, overS: 30 * day });
    const first = await scene.run(deals, null);
    expect(await scene.changelogs()).toBe(1_000);
    const before = await scene.act('spent', {});
    for (let dealId = 1; dealId <= 10; dealId += 1) await scene.act(dealId % 2 ? 'updateDeal' : 'winDeal', { dealId });
    const second = await scene.run(deals, first.cursor);
    // The newest deal's last change lies within the overlap.
    expect(await scene.changelogs()).toBe(1_011);
    expect((await scene.act('spent', {})) - before).toBe(10 + 11 * 20);
    expect(scene.recordsOf(second.pages)).toHaveLength(11);
  });

  it('an import is not read again by every later run', async () => {
    const hourAgo = scene.now() - 3_600;
    await scene.act('createDeals', { count: 20, movementsEach: 0, overS: 0 });
    for (let dealId = 1; dealId <= 20; dealId += 1) await scene.act('backdateDeal', { dealId, at: hourAgo });
    const first = await scene.run(deals, null);
    const calls = await scene.changelogs();
    const second = await scene.run(deals, first.cursor);
    expect(scene.recordsOf(second.pages)).toEqual([]);
    expect(await scene.changelogs()).toBe(calls);
  });

  it('wait for the next window of calls instead of being refused', async () => {
    await scene.act('createDeals', { count: 8, movementsEach: 0, overS: 0 });
    await scene.act('setLimits', { burst: 5 });
    const { pages } = await scene.run(deals, null);
    expect(scene.recordsOf(pages)).toHaveLength(8);
  });

  it('leave a tenth of the day’s budget to others, and go on where they were', async () => {
    await scene.control('createCompany', { companyId, apiToken, budget: 1_000 });
    await scene.act('createDeals', { count: 50, movementsEach: 0, overS: 0 });
    const error: unknown = await scene.run(deals, null).catch((thrown: unknown) => thrown);
    expect(pipedrive.classify(error)).toMatchObject({
      code: 'rate_limited',
      providerCode: 'budget_reserve',
      retryAfterMs: 3_600_000,
    });
    // A few calls were under way at once.
    expect(await scene.act('spent', {})).toBeLessThan(1_000);
  });
});
