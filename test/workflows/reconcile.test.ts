/** Random drift in two hundred connections, one pass, and nothing differs any more: seen from outside, row by row. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncRun } from '../../db/app/stores/runs.ts';
import { driftPolicy, type DriftReport } from '../../domain/drift.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { commandsOf } from '../harness/connector.ts';
import { differences, drifts, listsCatchUp, providerFor, repairsOf } from '../harness/drift.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { launchFleet, type FleetMember } from '../harness/fleet.ts';
import { inLanes } from '../harness/lanes.ts';
import { breakTwilio, connect, type Company, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

const fleetSize = 200;
const companyCount = 20;
/** Another one draws another drift; a red test says which it was. */
const seed = 20_261_121;
/** An idle pass: the workflow, one activity, and its two workflow tasks. */
const idlePassEventsMax = 11;

/** Slowed beyond the HTTP client's time-out, a sync of such a connection is under way for as long as the fault lasts. */
const patient = { initialMs: 200, factor: 1, maxMs: 200, attemptsMax: 1_000 };

const policy = { ...driftPolicy, pageSize: 80, settleMs: 0, deliveryWaitMs: 0, readInFullOneIn: 1 };

let engine: Engine;
/** What becomes of each connection; `undefined`: nothing. */
let drawn: (string | undefined)[];
let fleet: FleetMember[];
let companies: Company[];
let healthy: Launched[];
let passes = 0;

beforeAll(async () => {
  const random = mulberry32(seed);
  const kinds = Object.keys(drifts);
  drawn = Array.from({ length: fleetSize }, (_, index) => kinds[index] ?? kinds[Math.floor(random() * kinds.length * 1.3)]);
  engine = await startEngine();
  ({ members: fleet, companies } = await launchFleet(engine, drawn.map(providerFor), { companies: companyCount }));
  const [company] = companies;
  healthy = await Promise.all([1, 2].map(() => connect(engine, { company: company!, policy: { retry: patient } })));
}, 120_000);
afterAll(() => engine.stop());

async function startPass() {
  passes += 1;
  return engine.client.workflow.start('reconcile', {
    workflowId: `${workflowIds.reconcile}-${passes}`,
    taskQueue: taskQueues.lifecycle,
    args: [{ policy }],
  });
}
const pass = async () => (await startPass()).result() as Promise<DriftReport>;

describe('one pass over random drift', () => {
  let expected: string[];
  let report: DriftReport;
  /** Syncs that were under way during the whole pass. */
  let runs: { runId: string; launched: Launched }[];
  let meanwhile: (SyncRun | null)[];

  beforeAll(async () => {
    const injected = await inLanes(fleet, 10, async (member) => drifts[drawn[fleet.indexOf(member)]!]?.(engine, member) ?? []);
    expected = injected.flat();
    // Somebody else's Schedules are nobody's business here.
    for (const scheduleId of ['nightly report', 'sync:something else'])
      await engine.client.schedule.create({
        scheduleId,
        spec: { intervals: [{ every: '30 days' }] },
        action: { type: 'startWorkflow', workflowType: 'report', taskQueue: 'elsewhere', args: [] },
      });
    expect((await differences(engine)).length).toBeGreaterThan(fleetSize / 2);
    await listsCatchUp(engine, expected);
    runs = await Promise.all(
      healthy.map(async (launched) => {
        await breakTwilio(engine, launched, '/Messages.json', { kind: 'delay', ms: 2_000, times: 1_000 });
        const answer = await commandsOf(engine, launched).syncNow('messages');
        if (answer.verdict !== 'accepted') throw new Error(JSON.stringify(answer));
        return { runId: answer.runs[0]!.runId, launched };
      }),
    );
    report = await pass();
    meanwhile = await Promise.all(runs.map(({ runId }) => engine.app.runs.find(runId)));
    await engine.sandbox.control('twilio', 'clearFaults', {});
  }, 120_000);

  it('leaves no difference', async () => {
    await until(
      () => differences(engine),
      (found) => found.length === 0,
    );
  });

  it('has done what waited: erasures, retries and pushes', async () => {
    const subjects = (repair: string) =>
      expected.filter((entry) => entry.startsWith(repair)).map((entry) => entry.slice(repair.length + 1));
    for (const id of subjects('erasure_started'))
      await until(
        () => engine.app.erasures.find(id),
        (erasure) => erasure?.state === 'done',
      );
    for (const connectionId of subjects('retries_started'))
      await until(
        () => engine.app.errorQueue.list({ connectionId, limit: 10 }),
        ({ items }) => items.length === 1 && items[0]!.attempts === 1 && items[0]!.state === 'dead',
      );
    for (const connectionId of subjects('pushes_started'))
      await until(
        () => engine.app.pushes.list({ connectionId, limit: 10 }),
        ({ items }) => items.length === 1 && items[0]!.state === 'done',
      );
  });

  it('audits each repair exactly once, and counts it', async () => {
    expect(await repairsOf(engine, companies)).toEqual(expected.toSorted());
    const counted = Object.values(report.repairs).reduce((sum, count) => sum + count, 0);
    expect({ ...report, counted }).toMatchObject({ troubles: 0, counted: expected.length, connections: fleetSize + 2 });
  });

  it('leaves healthy runs alone: they go on, and succeed under their own ids', async () => {
    expect(meanwhile).toMatchObject([{ outcome: null }, { outcome: null }]);
    for (const { runId, launched } of runs) {
      await commandsOf(engine, launched).idle();
      expect(await engine.app.runs.find(runId)).toMatchObject({ outcome: 'succeeded' });
    }
  });

  it('leaves Schedules that are not ours', async () => {
    for (const scheduleId of ['nightly report', 'sync:something else'])
      expect((await engine.client.schedule.getHandle(scheduleId).describe()).action.workflowType).toBe('report');
  });

  it('starts a connector that answers commands again, in the state of its row', async () => {
    const index = Object.keys(drifts).indexOf('connectorTerminated');
    const connector = engine.client.workflow.getHandle(workflowIds.connector(fleet[index]!.connectionId));
    expect(await connector.query('connectorStatus')).toMatchObject({ state: 'active', incidents: {} });
  });

  it('says in the Temporal UI what it repaired', async () => {
    const { currentDetails } = await engine.client.workflow
      .getHandle(`${workflowIds.reconcile}-1`)
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain(`${report.repairs.connector_started} connectors started again`);
  });

  it('has nothing left for a second pass, which costs a handful of events', async () => {
    const before = await repairsOf(engine, companies);
    const handle = await startPass();
    expect(await handle.result()).toMatchObject({ repairs: {}, troubles: 0 });
    expect(await repairsOf(engine, companies)).toEqual(before);
    expect((await handle.fetchHistory()).events!.length).toBeLessThanOrEqual(idlePassEventsMax);
  });
});

/** A small generator of numbers from 0 to below 1 that a seed repeats. */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
