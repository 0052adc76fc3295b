/** What a pass does in single cases, and what it leaves alone. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { unservedQueues } from '../../api/watch/unserved-queues.ts';
import { createActivities } from '../../activities/index.ts';
import { driftPolicy, nothingYet, type DriftReport } from '../../domain/drift.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { decideDeliveryUpdate, type DecideDeliveryInput } from '../../workflows/messages.ts';
import { commandsOf } from '../harness/connector.ts';
import { send, sendsAsked } from '../harness/delivery.ts';
import { differences, drifts, listsCatchUp, providerFor, repairsOf } from '../harness/drift.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { launchFleet } from '../harness/fleet.ts';
import { beginOnboarding, breakTwilio, connectAhead, type Launched } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';

/** Small pages, each in an activity of its own. */
const policy = {
  ...driftPolicy,
  pageSize: 5,
  workForMs: 0,
  settleMs: 0,
  deliveryWaitMs: -60_000,
  readInFullOneIn: 1,
  stuckAttempts: 2,
};

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 7, { messages: 0 });
}, 120_000);
afterAll(() => engine.stop());

let passes = 0;
async function pass(): Promise<DriftReport> {
  passes += 1;
  return engine.client.workflow.execute('reconcile', {
    workflowId: `${workflowIds.reconcile}-${passes}`,
    taskQueue: taskQueues.lifecycle,
    args: [{ policy }],
  }) as Promise<DriftReport>;
}
/** Passes until one has seen what its lists told late. */
async function passesUntil(done: () => Promise<boolean>): Promise<void> {
  const passAndLook = async () => {
    await pass();
    return done();
  };
  await until(passAndLook, Boolean, 30_000);
}
const tasksAbout = async ({ companyId, connectionId }: { companyId: string; connectionId: string }) =>
  (await engine.app.tasks.list({ companyId, open: true, limit: 50 })).items.filter((task) => task.connectionId === connectionId);

describe('a message', () => {
  /** A row as the API leaves it when it dies before the start of the workflow. */
  async function stored({ connectionId, companyId, account }: Launched) {
    const to = freshNumber();
    const { id } = await engine.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: account.number, to, body: 'Until noon', segments: 1 },
      { actor: 'test' },
    );
    return { id, to };
  }
  const statusOf = async (id: string) => (await engine.app.deliveries.find(id))!.status;

  it('that was stored and never started is started once and sent once, by two passes at the same time', async () => {
    const launched = connections.next();
    const { id } = await stored(launched);
    const reports = await Promise.all([pass(), pass()]);
    expect(reports.reduce((sum, { repairs }) => sum + (repairs.delivery_started ?? 0), 0)).toBe(1);
    await until(
      () => statusOf(id),
      (status) => status === 'delivered',
    );
    expect(await sendsAsked(engine, launched)).toBe(1);
  });

  it('whose workflow was terminated with its request unanswered is looked up, and not sent again', async () => {
    const launched = connections.next();
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'timeout_after_effect', method: 'POST', times: 1 });
    const sending = await send(engine, launched, { policy: { lookAfterMs: 60_000 } });
    await until(
      () => sending.atTwilio(),
      ({ length }) => length === 1,
    );
    await sending.handle.terminate('drift');
    await passesUntil(async () => (await statusOf(sending.deliveryId)) === 'delivered');
    expect(await sending.atTwilio()).toHaveLength(1);
    expect(await sendsAsked(engine, launched)).toBe(1);
  });

  it('that waited for a person asks that person again, and does nothing before the answer', async () => {
    const launched = connections.next();
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'revoked', method: 'POST', times: 1 });
    const sending = await send(engine, launched);
    await until(
      () => tasksAbout(launched),
      (tasks) => tasks.some(({ cause }) => cause === 'message_waits'),
    );
    const asked = await sendsAsked(engine, launched);
    await sending.handle.terminate('drift');
    await passesUntil(async () => (await engine.deps.temporal.lifeOf(workflowIds.message(sending.deliveryId))) === 'running');
    await until(async () => (await tasksAbout(launched))[0]!.repeats === 1);
    expect(await sendsAsked(engine, launched)).toBe(asked);
    const again = engine.client.workflow.getHandle(workflowIds.message(sending.deliveryId));
    const abandon: [DecideDeliveryInput] = [{ by: 'user_operator', decision: 'abandon' }];
    await until(
      () => again.executeUpdate(decideDeliveryUpdate, { args: abandon }),
      ({ verdict }) => verdict === 'accepted',
    );
    expect(await again.result()).toEqual({ status: 'cancelled' });
    expect(await tasksAbout(launched)).toEqual([]);
  });

  it('whose status nobody ever told, and of which people have heard, is not taken up again and again', async () => {
    const launched = connections.next();
    await engine.sandbox.control('twilio', 'setCallbacks', { accountSid: launched.account.accountSid, plan: [] });
    const sending = await send(engine, launched, { policy: { statusWithinMs: 10 } });
    await sending.ends();
    expect((await tasksAbout(launched)).map(({ cause }) => cause)).toEqual([expect.stringMatching(/^message_/)]);
    expect((await pass()).repairs).toEqual({});
  });
});

describe('two passes at the same time', () => {
  it('repair each drift once between them', async () => {
    const { members, companies } = await launchFleet(engine, Object.keys(drifts).map(providerFor));
    const injections = Object.values(drifts).map((inject, index) => inject(engine, members[index]!));
    const expected = (await Promise.all(injections)).flat();
    await listsCatchUp(engine, expected);
    await Promise.all([pass(), pass(), pass()]);
    await until(
      () => differences(engine),
      (found) => found.length === 0,
    );
    const repairs = await repairsOf(engine, companies);
    expect(repairs).toEqual(expect.arrayContaining(expected));
    expect(repairs.filter((repair, index) => repairs.indexOf(repair) !== index)).toEqual([]);
  });
});

describe('a command that is under way', () => {
  const listed = async ({ connectionId }: Launched) => {
    const ids = (await engine.app.jobs.list(connectionId)).map(({ id }) => workflowIds.sync(id));
    return [...(await engine.deps.temporal.schedulesOf(ids)).values()];
  };

  it.each([
    ['pause', (there: { paused: boolean }[]) => there.length === 2 && there.every(({ paused }) => paused)],
    ['disconnect', (there: { paused: boolean }[]) => there.length === 0],
  ] as const)('is not undone: %s changes the Schedules first and writes the row last', async (command, isChanged) => {
    const launched = connections.next();
    const { connections: store } = engine.app;
    const { setState } = store;
    const gate = Promise.withResolvers<void>();
    // A database that takes its time, between the two.
    store.setState = async (...row) => {
      await gate.promise;
      return setState(...row);
    };
    const commanded = commandsOf(engine, launched)[command]();
    await until(() => listed(launched), isChanged);
    const { repairs } = await pass();
    gate.resolve();
    store.setState = setState;
    expect(repairs).toEqual({});
    expect(await commanded).toEqual({ verdict: 'accepted' });
    expect((await pass()).repairs).toEqual({});
    expect(await differences(engine)).toEqual([]);
  });

  it('wins over a correction that was decided before it', async () => {
    const launched = connections.next();
    const { connectionId, companyId, providerKey } = launched;
    const [job] = await engine.app.jobs.list(connectionId);
    const { temporal } = engine.deps;
    const { version } = (await temporal.readSchedule(workflowIds.sync(job!.id)))!;
    const { verdict } = await commandsOf(engine, launched).pause();
    const late = { connectionId, companyId, providerKey, jobId: job!.id, stream: job!.stream, cadenceS: job!.cadenceS };
    const corrected = await temporal.correctSchedule({ ...late, paused: false, note: 'decided before' }, version);
    expect([verdict, corrected]).toEqual(['accepted', false]);
    expect(await temporal.readSchedule(workflowIds.sync(job!.id))).toMatchObject({ paused: true });
  });
});

describe('what cannot be repaired', () => {
  it('an onboarding that is gone becomes one task for a person, which closes itself when it runs again', async () => {
    const started = await beginOnboarding(engine);
    await started.onboarding.terminate('drift');
    await passesUntil(async () => (await tasksAbout(started)).length > 0);
    await pass();
    const tasks = await tasksAbout(started);
    expect(tasks).toMatchObject([{ cause: 'repair_needed', sentence: expect.stringContaining('Confirm its access step') }]);
    await engine.client.workflow.start('onboarding', {
      workflowId: workflowIds.onboarding(started.connectionId),
      taskQueue: taskQueues.lifecycle,
      args: [{ connectionId: started.connectionId, companyId: started.companyId, providerKey: 'twilio', startedBy: 'test' }],
    });
    await passesUntil(async () => (await tasksAbout(started)).length === 0);
  });

  it('a connector that no worker here can go on with is named in a task, never ended, and the task goes with the trouble', async () => {
    const { members } = await launchFleet(engine, ['twilio']);
    const [member] = members as [(typeof members)[0]];
    const workflowId = workflowIds.connector(member.connectionId);
    await engine.client.workflow.getHandle(workflowId).terminate('drift');
    const tomorrows = await engine.client.workflow.start('connectorOfTomorrow', {
      workflowId,
      taskQueue: taskQueues.lifecycle,
      args: [],
    });
    await until(
      () => engine.deps.temporal.lookAt(workflowId),
      ({ task }) => (task?.attempt ?? 0) >= 2,
    );
    await passesUntil(async () => (await tasksAbout(member)).length > 0);
    expect((await tasksAbout(member)).map(({ cause, sentence }) => ({ cause, sentence }))).toEqual([
      { cause: 'repair_needed', sentence: expect.stringContaining(`The workflow ${workflowId} was tried`) },
    ]);
    expect(await engine.deps.temporal.lifeOf(workflowId)).toBe('running');
    await tomorrows.terminate('A person did so.');
    await passesUntil(async () => (await tasksAbout(member)).length === 0);
    expect(await engine.client.workflow.getHandle(workflowId).query('connectorStatus')).toMatchObject({ state: 'active' });
  });

  it('one connection that fails does not keep the others from being repaired', async () => {
    const { members } = await launchFleet(engine, ['twilio', 'twilio', 'twilio']);
    for (const { connectionId } of members)
      await engine.client.workflow.getHandle(workflowIds.connector(connectionId)).terminate('drift');
    const [broken, ...others] = members;
    // A policy that is larger than anything Temporal takes.
    const [rung] = defaultPolicy.ladder;
    const ladder = Array.from({ length: 40_000 }, () => rung!);
    await engine.app.connections.saveSettings(broken!.connectionId, { policy: { ladder } }, { actor: 'test' });
    for (const { connectionId } of others)
      await passesUntil(async () => (await engine.deps.temporal.lifeOf(workflowIds.connector(connectionId))) === 'running');
    await until(async () => (await tasksAbout(broken!)).length === 1);
  });
});

it('the watch outside of Temporal sees which queues nobody serves', async () => {
  expect(await unservedQueues(engine.client)).toEqual([]);
  expect(await unservedQueues(engine.client, [taskQueues.sync, 'nobody'])).toEqual(['nobody']);
});

it('goes on from its last heartbeat when its worker died in the middle', async () => {
  const report = { ...nothingYet, connections: 7, repairs: { run_closed: 1 } };
  const heartbeatDetails = { part: 'strays', after: null, report };
  const { repairDrift } = createActivities(engine.deps);
  const answer = await new MockActivityEnvironment({ heartbeatDetails }).run(repairDrift, {
    policy: { ...policy, workForMs: 60_000 },
  });
  expect(answer).toEqual({ report });
});
