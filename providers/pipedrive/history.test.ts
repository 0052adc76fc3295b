import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { effectiveStage } from './history.ts';
import { day, deals, openScene } from './streams.fixture.ts';

let scene: Awaited<ReturnType<typeof openScene>>;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(() => scene.begin());

describe('The steps of Pipedrive’s deals', () => {
  it('follow a deal that is won, reopened and lost, with times and who did it', async () => {
    const { dealIds } = await scene.act('createDeals', { count: 1, movementsEach: 1, overS: 0 });
    const [dealId] = dealIds;
    const at = scene.now();
    await scene.act('winDeal', { dealId, at: at + 1 });
    expect(scene.fieldsOf(deals, await scene.fetchDeal(dealId))).toMatchObject({ stage: 'won' });
    await scene.act('reopenDeal', { dealId, at: at + 2 });
    expect(scene.fieldsOf(deals, await scene.fetchDeal(dealId))).toMatchObject({ stage: '2' });
    await scene.act('loseDeal', { dealId, at: at + 3 });
    const raw = await scene.fetchDeal(dealId);
    expect(scene.fieldsOf(deals, raw)).toMatchObject({ stage: 'lost', title: 'Deal 1', amount: '100.5', currency: 'EUR' });
    expect(scene.steps(raw)).toEqual([
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
    const [dealId] = (await scene.act('createDeals', { count: 1, movementsEach: 0, overS: 0 })).dealIds;
    const at = scene.now();
    await scene.act('moveDeal', { dealId, stageId: 11, at: at + 1 });
    await scene.act('winDeal', { dealId, at: at + 2 });
    await scene.act('moveDeal', { dealId, stageId: 12, at: at + 3 });
    await scene.act('reopenDeal', { dealId, at: at + 4 });
    expect(scene.steps(await scene.fetchDeal(dealId))).toEqual([
      [null, '1'],
      ['1', '11'],
      ['11', 'won'],
      ['won', '12'],
    ]);
  });

  it('see what happened between two runs though the deal stands as before, a closing time set by hand too', async () => {
    await scene.act('createDeals', { count: 3, movementsEach: 0, overS: 0 });
    const { cursor } = await scene.run(deals, null);
    const at = scene.now();
    await scene.act('loseDeal', { dealId: 1, at: at + 1 });
    await scene.act('reopenDeal', { dealId: 1, at: at + 2 });
    await scene.act('winDeal', { dealId: 2, at: at + 1, closedAt: at - 90 * day });
    const told = scene.recordsOf((await scene.run(deals, cursor)).pages);
    const byId = new Map(told.map((raw) => [raw['id'], scene.steps(raw)]));
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
    await scene.act('createDeals', { count: 1, movementsEach: 0, overS: 0 });
    const at = scene.now();
    for (let turn = 1; turn <= 620; turn += 1)
      await scene.act(turn % 310 === 0 ? 'moveDeal' : 'updateDeal', {
        dealId: 1,
        at: at + turn,
        ...(turn % 310 === 0 && { stageId: 1 + turn / 310 }),
      });
    expect(scene.steps(await scene.fetchDeal(1))).toEqual([
      [null, '1'],
      ['1', '2'],
      ['2', '3'],
    ]);
    expect(await scene.changelogs()).toBe(2);
  });

  it('make up no beginning while the log does not tell yet what the deal says', () => {
    const raw = { stage_id: 2, status: 'open', add_time: '2026-01-01T00:00:00Z', changelog: [] };
    expect(deals.movements!({ ...raw, stage_change_time: '2026-01-05T00:00:00Z' })).toEqual([]);
    expect(scene.steps({ ...raw, stage_change_time: null })).toEqual([[null, '2']]);
    const won = { ...raw, status: 'won', stage_change_time: null };
    expect(scene.steps({ ...won, won_time: '2026-01-09T00:00:00Z' })).toEqual([[null, '2']]);
    expect(scene.steps({ ...won, won_time: '2026-01-01T00:00:01Z' })).toEqual([[null, 'won']]);
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
    expect(scene.steps({ ...raw, changelog })).toEqual([
      [null, '2'],
      ['2', 'won'],
    ]);
    for (const broken of [{ stage_id: null }, { stage_id: undefined }, { status: undefined }, { status: 'paused' }]) {
      expect(scene.steps({ ...raw, changelog, ...broken })).toEqual([]);
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
    expect(scene.steps({ ...raw, changelog: newestFirst })).toEqual(expected);
    expect(scene.steps({ ...raw, changelog: newestFirst.toReversed() })).toEqual(expected);
  });
});
