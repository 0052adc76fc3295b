/** What is unusual becomes one anomaly with one task, and ends by itself or by a person's word. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { endAnomalies, judgeFigures, watchRun, webhooks } from '../../activities/anomalies.ts';
import { watchArrivals } from '../../activities/arrivals.ts';
import { select, sqlTime, write } from '../../db/sql.ts';
import type { Measure } from '../../domain/anomaly.ts';
import { slotReader } from '../../domain/baseline.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from '../db/stores.ts';

const hourMs = 3_600_000;
const weekMs = 168 * hourMs;
const slotOf = slotReader('America/Chicago');
/** A Monday, 14:00 in Chicago. */
const monday = new Date('2026-11-16T20:00:00Z');
const after = (ms: number) => new Date(monday.getTime() + ms);

describe.each(servers)('Anomalies on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
    await stores.app.connections.setState(at.connectionId, 'active', 'Test.', 'test');
  });

  /** Five weeks of one measure, all alike, in each of these hours. */
  async function learned(subject: string, measure: Measure, value: number, hours: Date[]): Promise<void> {
    const rows = hours.map((hour) => {
      const samples = [5, 4, 3, 2, 1].map((weeks) => [(hour.getTime() - weeks * weekMs) / 1000, value]);
      return [
        at.connectionId,
        subject,
        measure,
        slotOf(hour),
        JSON.stringify(samples),
        sqlTime(new Date(hour.getTime() - weekMs)),
      ];
    });
    await write(
      stores.appDb,
      'INSERT INTO integration_baselines (connection_id, subject, measure, slot, samples, last_at) VALUES :rows',
      { rows },
    );
  }
  const changed = async (value: number, minutes: number) => {
    const figures = [{ measure: 'records_changed' as const, value, of: 1 }];
    const connection = await stores.app.connections.get(at.connectionId);
    await judgeFigures(stores, { connection, subject: 'messages', object: 'message', at: after(minutes * 60_000), figures });
  };
  const anomalies = async () => (await stores.app.anomalies.list({ connectionId: at.connectionId, limit: 10 })).items;
  const openTasks = async () =>
    (await stores.app.tasks.list({ companyId: at.companyId, open: true, limit: 10 })).items.filter(
      ({ cause }) => cause === 'anomaly',
    );
  const samplesNow = async () =>
    (await stores.app.baselines.read({ connectionId: at.connectionId, subject: 'messages' }))
      .get('records_changed')
      ?.get(slotOf(monday));

  it('opens one with its sentence and task, counts repeats, and closes itself after two usual runs', async () => {
    await learned('messages', 'records_changed', 30, [monday]);
    await changed(31, 0);
    expect(await anomalies()).toEqual([]);
    await changed(214, 5);
    await changed(214, 5); // the attempt after a crash
    await changed(260, 10);
    const sentence = '260 messages created or updated in one run, usually 30 to 31 on Mondays between 14:00 and 15:00.';
    expect(await anomalies()).toMatchObject([
      { subject: 'messages', measure: 'records_changed', side: 'high', value: 260, repeats: 2, sentence, endedAt: null },
    ]);
    expect(await openTasks()).toMatchObject([{ sentence: expect.stringContaining(`${sentence} Look at the source`) }]);
    await changed(29, 15);
    expect(await anomalies()).toMatchObject([{ endedAt: null }]);
    await changed(30, 20);
    expect(await anomalies()).toMatchObject([{ endedAs: 'usual_again' }]);
    expect(await openTasks()).toEqual([]);
    // What was unusual is not in the baseline.
    expect(Math.max(...(await samplesNow())!.map(({ value }) => value))).toBeLessThan(32);
  });

  it('expects what a person dismissed, and never what one confirmed', async () => {
    await learned('messages', 'records_changed', 30, [monday]);
    await changed(214, 0);
    const [first] = await anomalies();
    await stores.app.anomalies.decide(first!.id, { decision: 'dismissed', reason: 'The campaign.' }, by);
    await expect(stores.app.anomalies.decide(first!.id, { decision: 'confirmed', reason: 'No.' }, by)).rejects.toThrow(
      'dismissed already',
    );
    await changed(190, 5);
    expect(await anomalies()).toMatchObject([{ endedAs: 'dismissed', decision: 'dismissed', decidedBy: by.actor }]);
    expect((await samplesNow())!.map(({ value }) => value)).toContain(214);
    await changed(2_000, 10);
    const [second] = await anomalies();
    await stores.app.anomalies.decide(second!.id, { decision: 'confirmed', reason: 'A loop.' }, by);
    await changed(2_100, 15);
    expect(await anomalies()).toMatchObject([{ decision: 'confirmed', repeats: 2, endedAt: null }, { id: first!.id }]);
    expect(Math.max(...(await samplesNow())!.map(({ value }) => value))).toBe(214);
    const [entry] = (await stores.app.audit.list({ companyId: at.companyId, limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'anomaly.decide', subject: second!.id, after: { reason: 'A loop.' } });
  });

  it('learns anew what has lasted for a day when a person says that it is normal', async () => {
    await learned('messages', 'records_changed', 30, [monday]);
    await changed(400, 0);
    await changed(400, 7 * 24 * 60);
    const [open] = await anomalies();
    await stores.app.anomalies.decide(open!.id, { decision: 'dismissed', reason: 'A new branch.' }, by);
    expect(await samplesNow()).toBeUndefined();
    await changed(410, 7 * 24 * 60 + 5);
    expect(await anomalies()).toMatchObject([{ endedAs: 'dismissed' }]);
  });

  it('ends with the connection', async () => {
    await learned('messages', 'records_changed', 30, [monday]);
    await changed(400, 0);
    await endAnomalies({ ...stores, now: () => after(60_000) }, at.connectionId);
    expect(await anomalies()).toMatchObject([{ endedAs: 'disconnected' }]);
    expect(await openTasks()).toEqual([]);
  });

  it('measures a run of the Schedule, and none that comes after a gap or by hand', async () => {
    const begun = new Date(Math.floor(Date.now() / 1000) * 1000);
    const finish = async (runId: string, startedAt: Date) => {
      await write(stores.appDb, 'UPDATE integration_sync_runs SET started_at = :at WHERE id = :runId', {
        at: sqlTime(startedAt),
        runId,
      });
      const run = await stores.app.runs.close(runId, { outcome: 'succeeded' });
      await watchRun(stores, await stores.app.connections.get(at.connectionId), run);
    };
    const measured = async () => (await stores.app.baselines.read({ connectionId: at.connectionId, subject: 'messages' })).size;
    await finish(at.runId, begun);
    expect(await measured()).toBe(0); // the first
    for (const [name, trigger, minutes] of [
      ['gap', 'schedule', 30],
      ['hand', 'manual', 35],
    ] as const) {
      const opened = await stores.app.runs.open({ jobId: at.jobId, workflowId: `sync:${name}`, trigger });
      await finish(opened.opened ? opened.runId : '', new Date(begun.getTime() + minutes * 60_000));
      expect(await measured()).toBe(0);
    }
    const opened = await stores.app.runs.open({ jobId: at.jobId, workflowId: 'sync:next', trigger: 'schedule' });
    await finish(opened.opened ? opened.runId : '', new Date(begun.getTime() + 40 * 60_000));
    expect(await measured()).toBe(3); // of no records, there is no share
  });

  it('notices that webhooks have stopped, though nothing comes that could tell it', async () => {
    const end = after(hourMs);
    const day = Array.from({ length: 24 }, (_, hour) => new Date(monday.getTime() - hour * hourMs));
    await learned(webhooks, 'events_hourly', 40, day);
    // The hour before was judged, and had 40.
    await stores.app.baselines.remember({
      connectionId: at.connectionId,
      subject: webhooks,
      slot: slotOf(after(-hourMs)),
      at: after(-hourMs),
      values: new Map([['events_hourly', 40]]),
    });
    expect(await watchArrivals(stores, end)).toBe(1);
    expect(await watchArrivals(stores, end)).toBe(0);
    const sentence = 'No webhooks came on Monday between 14:00 and 15:00, usually 40 on Mondays between 14:00 and 15:00.';
    expect(await anomalies()).toMatchObject([{ subject: 'webhooks', side: 'low', value: 0, repeats: 1, sentence }]);
    // An hour of which little is known is compared with the whole weekday; none is judged twice.
    expect(await watchArrivals(stores, after(2 * hourMs))).toBe(1);
    expect(await watchArrivals(stores, after(2 * hourMs))).toBe(0);
    expect(await anomalies()).toMatchObject([{ repeats: 2, endedAt: null }]);
  });

  it('counts webhooks by the hours in which they were stored, and no polled event', async () => {
    const event = {
      connectionId: at.connectionId,
      companyId: at.companyId,
      providerKey: 'twilio',
      type: 'status',
      occurredAt: null,
    };
    const keys = Array.from({ length: 12 }, (_, place) => `${at.connectionId}-${place}`);
    await stores.traffic.events.storeBatch(
      keys.map((key, place) => ({ ...event, key, source: place < 10 ? 'webhook' : 'poll', receivedAt: monday, data: {} })),
    );
    for (const [place, key] of keys.entries())
      await write(stores.trafficDb, 'UPDATE integration_raw_events SET stored_at = :at WHERE event_key = :key', {
        at: sqlTime(after(-4 * hourMs + place * (hourMs / 4))),
        key,
      });
    // Written after these, and stored before: as rows of a slower transaction, or after a change of clocks.
    const counts = await stores.traffic.events.arrivals({ from: after(-3 * hourMs), until: after(-hourMs) });
    expect([...counts.get(at.connectionId)!]).toEqual([
      [after(-3 * hourMs).getTime(), 4],
      [after(-2 * hourMs).getTime(), 2],
    ]);
  });

  it('costs a run a few quick statements, however much history there is', async () => {
    const hours = Array.from({ length: 168 }, (_, hour) => new Date(monday.getTime() - hour * hourMs));
    const measures: Measure[] = ['run_duration', 'records_read', 'records_changed', 'failed_share'];
    for (const measure of measures) await learned('messages', measure, measure === 'failed_share' ? 0 : 30, hours);
    const connection = await stores.app.connections.get(at.connectionId);
    const figures = measures.map((measure) => ({ measure, value: measure === 'failed_share' ? 0 : 31, of: 31 }));
    const statements = async () =>
      Number((await select<{ Value: string }>(stores.appDb, `SHOW GLOBAL STATUS LIKE 'Questions'`, {}))[0]!.Value);
    const [before, begun, runs] = [await statements(), performance.now(), 50];
    for (let run = 0; run < runs; run += 1)
      await judgeFigures(stores, { connection, subject: 'messages', object: 'message', at: after(run * 60_000), figures });
    const [took, asked] = [(performance.now() - begun) / runs, ((await statements()) - before) / runs];
    process.stdout.write(`judging a run: ${took.toFixed(1)} ms, ${asked.toFixed(1)} statements\n`);
    expect(await anomalies()).toEqual([]);
    expect(took).toBeLessThan(100);
  });
});
