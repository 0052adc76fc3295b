/** A company's week becomes a report: by the hourly pass, once, corrected in sight, and seen by its client when published. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { write, sqlTime } from '../../db/sql.ts';
import { localDay, periodAt, periodBefore, type Period } from '../../domain/periods.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { ensureReports } from '../../workers/reports-schedule.ts';
import { reportStart } from '../../domain/workflow-ids.ts';
import { deal, stages } from '../db/deals.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

const zone = 'America/Chicago';
let engine: Engine;
let launched: Launched;
let week: Period;
let passes = 0;
beforeAll(async () => {
  engine = await startEngine();
  launched = await connect(engine, { messages: 3 });
  const { companyId, connectionId } = launched;
  const old = sqlTime(new Date(Date.now() - 100 * 86_400_000));
  await write(engine.appDatabase, 'UPDATE companies SET time_zone = :zone WHERE id = :companyId', { zone, companyId });
  // As if it had been connected for months.
  await write(engine.appDatabase, 'UPDATE integration_connections SET created_at = :old WHERE id = :connectionId', {
    old,
    connectionId,
  });
  week = periodBefore(periodAt('week', new Date(), zone), zone);
}, 120_000);
afterAll(() => engine.stop());

async function pass() {
  passes += 1;
  const handle = await engine.client.workflow.start('openReports', {
    workflowId: `${workflowIds.reports}-${passes}`,
    taskQueue: taskQueues.lifecycle,
    args: [],
  });
  return (await handle.result()) as { taken: number; opened: number };
}
const input = () => ({ companyId: launched.companyId, kind: week.kind, periodKey: week.key, day: week.firstDay });
const reports = async () => (await engine.app.reports.list({ companyId: launched.companyId, limit: 20 })).items;
const ofWeek = async () => (await reports()).filter(({ periodStart }) => periodStart === week.firstDay);

describe('reports', () => {
  it('are made once for a period, whoever asks how often', async () => {
    await pass();
    const start = () => engine.client.workflow.start('report', reportStart(input()));
    const first = (await (await start().catch(() => engine.client.workflow.getHandle(workflowIds.report(launched.companyId, week.key)))).result()) as { reportId: string }; // prettier-ignore
    const again = (await (await start()).result()) as { reportId: string };
    await pass();
    expect(again.reportId).toBe(first.reportId);
    expect(await ofWeek()).toMatchObject([
      { id: first.reportId, state: 'draft', kind: 'week', periodEnd: week.lastDay, completeness: '1 of 1 connection' },
    ]);
    expect((await ofWeek())[0]!.lines.map(({ metricKey }) => metricKey)).toEqual([
      'messages_delivered',
      'messages_received',
      'delivery_rate',
      'opt_outs',
    ]);
  });

  it('are opened for every period that has ended, and by the next pass no more', async () => {
    await until(
      async () => (await reports()).length,
      (count) => count === 2 || localDay(new Date(), zone).endsWith('-01'),
    );
    expect(await pass()).toEqual({ taken: 0, opened: 0 });
  });

  it('are seen by a client only when published, with nothing that is not the client’s', async () => {
    const { companyId } = launched;
    const keyOf = async (role: 'client' | 'operator') =>
      (await engine.app.apiKeys.create({ companyId, role, label: role }, { actor: 'test' })).key;
    const [client, operator] = [await keyOf('client'), await keyOf('operator')];
    const call = async (key: string, method: string, path: string) => {
      const answer = await fetch(`${engine.url}/v1${path}`, { method, headers: { authorization: `Bearer ${key}` } });
      return { status: answer.status, body: (await answer.json()) as any };
    };
    const seen = async () => (await call(client, 'GET', `/companies/${companyId}/portal/reports`)).body.items;
    expect(await seen()).toEqual([]);
    const { id } = (await ofWeek())[0]!;
    expect((await call(client, 'POST', `/reports/${id}/publish`)).status).toBe(403);
    expect((await call(operator, 'POST', `/reports/${id}/publish`)).body).toMatchObject({ publication: 'published' });
    const [report] = await seen();
    expect(Object.keys(report)).toEqual(['kind', 'from', 'until', 'completeness', 'lines']);
    expect(report).toMatchObject({ kind: 'week', from: week.firstDay, until: week.lastDay });
    expect(JSON.stringify(report)).not.toMatch(/_0[0-9a-z]{25}/);
  });

  it('tell of a step that arrived late, with the value that stood there before', async () => {
    const { companyId, connectionId } = launched;
    const metricKey = 'deals_won' as const;
    await engine.app.pipelineStages.refresh(connectionId, stages, new Date());
    const at = new Date(week.end.getTime() + 1_000);
    const take = (now: Date) => engine.app.periodValues.take({ companyId, connectionId, metricKey, period: week, at: now });
    expect(await take(at)).toMatchObject({ value: '0' });
    const won = deal('late', [['new', localDay(week.start, 'UTC')]]);
    const wonAt = new Date(week.start.getTime() + 3 * 86_400_000).toISOString();
    const movements = [{ from: 'new', to: 'won', at: wonAt, by: null }];
    await engine.app.records.applyRecords({
      connectionId,
      companyId,
      mappingVersion: 1,
      records: [{ ...won, movements } as typeof won],
    });
    expect((await engine.app.periodValues.arrivals(connectionId, at)).map((moment) => moment.toISOString())).toContain(wonAt);
    const later = new Date(at.getTime() + 60_000);
    await take(later);
    await take(new Date(later.getTime() + 60_000));
    const next = { companyId, period: { ...week, firstDay: '2020-01-06', lastDay: '2020-01-12' }, completeness: '1 of 1' };
    const ready = await engine.app.reports.ready({ companyId, period: week, previousKey: '' });
    const lines = ready.filter((line) => line.metricKey === metricKey).map((line) => ({ ...line, sourceLabel: 'CRM' }));
    const { reportId } = await engine.app.reports.create({ ...next, lines });
    expect((await engine.app.reports.find(reportId))!.lines).toMatchObject([
      { metricKey, value: '1', valueBefore: '0', recomputedAt: later },
    ]);
  });

  it('have one Schedule for all companies, made again and again without harm', async () => {
    await ensureReports(engine.client);
    await ensureReports(engine.client);
    const { action, spec } = await engine.client.schedule.getHandle(workflowIds.reports).describe();
    expect(action).toMatchObject({ workflowType: 'openReports', taskQueue: taskQueues.lifecycle });
    expect(spec.intervals).toMatchObject([{ every: 3_600_000 }]);
    await engine.client.schedule.getHandle(workflowIds.reports).delete();
  });
});
