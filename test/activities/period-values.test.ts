import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDeps } from '../../activities/deps.ts';
import { takePeriods } from '../../activities/period-values.ts';
import { actOn } from '../../activities/report-acts.ts';
import { select, sqlTime, write } from '../../db/sql.ts';
import { periodAt, periodBefore } from '../../domain/periods.ts';
import { getProvider } from '../../providers/registry.ts';
import { deal, stages } from '../db/deals.ts';
import { connectedCompany, openStores, pageOf, servers, type Connected, type OpenStores } from '../db/stores.ts';

const zone = 'America/Chicago';
const week = periodBefore(periodAt('week', new Date(), zone), zone);
const inWeek = (days: number) => new Date(week.start.getTime() + days * 86_400_000).toISOString().slice(0, 16);

let stores: OpenStores;
let at: Connected;
let deps: ActivityDeps;
beforeAll(async () => {
  stores = await openStores(servers[0]!.server);
  at = await connectedCompany(stores.app);
  deps = { app: stores.app, getProvider: () => getProvider('hubspot') } as unknown as ActivityDeps;
  await stores.app.pipelineStages.refresh(at.connectionId, stages, new Date());
});
afterAll(() => stores.close());

const take = () =>
  new MockActivityEnvironment().run<[], number, () => Promise<number>>(() =>
    takePeriods(deps, { ...at.connection, createdAt: new Date(week.start.getTime() - 86_400_000) }, zone),
  );
const wonIn = async (key: string) => {
  const rows = await select<{ value: string; previousValue: string | null; recomputedAt: Date | null }>(
    stores.appDb,
    `SELECT value, previous_value AS previousValue, recomputed_at AS recomputedAt FROM metric_snapshots
     WHERE connection_id = :connectionId AND metric_key = 'deals_won' AND origin = :key`,
    { ...at, key },
  );
  return rows[0]!;
};

it('takes what is due, corrects the period that a late step touches, and says so', async () => {
  const won = (id: string, days: number) => deal(id, [['new', inWeek(0)], ['won', inWeek(days)]]); // prettier-ignore
  await stores.app.records.savePage(pageOf(at, [won('a', 1)]));
  expect(await take()).toBeGreaterThan(0);
  expect(await wonIn(week.key)).toMatchObject({ previousValue: null, recomputedAt: null });
  expect(Number((await wonIn(week.key)).value)).toBe(1);

  // Told a moment ago, made last week.
  await stores.app.records.savePage(pageOf(at, [won('b', 2)], '{"page":2}'));
  expect(await take()).toBeGreaterThan(0);
  const corrected = await wonIn(week.key);
  expect([Number(corrected.value), Number(corrected.previousValue)]).toEqual([2, 1]);
  expect(corrected.recomputedAt).toEqual(expect.any(Date));

  // The look back overlaps, and what is equal is no correction.
  await take();
  expect((await wonIn(week.key)).recomputedAt).toEqual(corrected.recomputedAt);
});

it('asks for one task when a report shows a fall, and closes it when the next one does not', async () => {
  const { companyId, connectionId } = at;
  const metric = { companyId, connectionId, metricKey: 'win_rate' as const };
  await stores.app.metrics.saveSnapshot({ ...metric, kind: 'baseline', value: '90', at: new Date(week.start) });
  const report = async (value: string, firstDay: string) => {
    const period = { ...week, firstDay };
    await stores.app.periodValues.take({ ...metric, period: week, at: week.end });
    await write(
      stores.appDb,
      `UPDATE metric_snapshots SET value = :value, taken_at = :at WHERE connection_id = :connectionId AND metric_key = 'win_rate' AND origin = :key`,
      { value, at: sqlTime(week.end), connectionId, key: week.key },
    );
    const ready = await stores.app.reports.ready({ companyId, period, previousKey: '' });
    const lines = ready.filter(({ metricKey }) => metricKey === 'win_rate').map((line) => ({ ...line, sourceLabel: 'HubSpot' }));
    const { reportId } = await stores.app.reports.create({ companyId, period, completeness: '1 of 1 connections', lines });
    return (await stores.app.reports.find(reportId))!;
  };
  const tasks = async () =>
    (await stores.app.tasks.list({ companyId, limit: 9 })).items.filter(({ cause }) => cause === 'metric_win_rate');
  const falling = await report('50', '2026-01-05');
  expect(await actOn(deps, falling)).toBe(1);
  expect(await actOn(deps, falling)).toBe(1);
  expect(await tasks()).toMatchObject([{ completedAt: null, connectionId, sentence: expect.stringContaining('fell to 50 %') }]);
  expect(await actOn(deps, await report('85', '2026-01-12'))).toBe(0);
  expect(await tasks()).toMatchObject([{ completedAt: expect.any(Date), completedBy: 'engine' }]);
});
