/** Ways for the database and Temporal to come apart, and a look from outside at whether they have. */
import protocol from '@temporalio/proto';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { holdsEvents, schedulesRun } from '../../domain/connection-state.ts';
import { takesPushes } from '../../domain/push.ts';
import { disconnectUpdate, pauseUpdate } from '../../workflows/messages.ts';
import type { Connection } from '../../db/app/stores/connections.ts';
import type { Engine } from './engine.ts';
import type { FleetMember } from './fleet.ts';
import { makeKnownDeal } from './known-deal.ts';
import { inLanes } from './lanes.ts';
import type { Company } from './scene.ts';
import { until } from './until.ts';

/** What a pass must do about it: the audit entries, as `<action> <subject>`. */
export type Expected = string[];

const monthMs = 2_592_000_000;
const by = 'test';
/** Longer than anything waits before a pass looks after it. */
const longAgo = () => new Date(Date.now() - 120_000);

/** Each breaks one connection in its own way, and says what the repair is. */
export const drifts: Record<string, (engine: Engine, member: FleetMember) => Promise<Expected>> = {
  async scheduleDeleted({ client }, { jobs }) {
    const id = workflowIds.sync(jobs['messages']!);
    await client.schedule.getHandle(id).delete();
    return [`schedule_created ${id}`];
  },
  async schedulePaused({ client }, { jobs }) {
    const id = workflowIds.sync(jobs['usage']!);
    await client.schedule.getHandle(id).pause();
    return [`schedule_corrected ${id}`];
  },
  async pausedButRunning({ client }, { connectionId, jobs }) {
    const connector = client.workflow.getHandle(workflowIds.connector(connectionId));
    await connector.executeUpdate(pauseUpdate, { args: [{ by, reason: 'Holiday' }] });
    const ids = Object.values(jobs).map(workflowIds.sync);
    for (const id of ids) await client.schedule.getHandle(id).unpause();
    return ids.map((id) => `schedule_corrected ${id}`);
  },
  async otherCadence({ client }, { jobs }) {
    const id = workflowIds.sync(jobs['messages']!);
    await client.schedule.getHandle(id).update((there) => ({ ...there, spec: { intervals: [{ every: monthMs * 2 }] } }));
    return [`schedule_corrected ${id}`];
  },
  async otherArguments({ client }, { jobs }) {
    const id = workflowIds.sync(jobs['usage']!);
    await client.schedule.getHandle(id).update((there) => ({
      ...there,
      action: { ...there.action, args: [{ ...(there.action.args as [object])[0], jobId: jobs['messages'] }] },
    }));
    return [`schedule_corrected ${id}`];
  },
  async scheduleCopied({ client }, { jobs }) {
    const id = `copy of ${jobs['messages']}`;
    await copySchedule(client, workflowIds.sync(jobs['messages']!), id, {});
    return [`schedule_deleted ${id}`];
  },
  async scheduleOfNoJob({ client }, { connectionId, jobs }) {
    const jobId = connectionId.replace('conn', 'job');
    await copySchedule(client, workflowIds.sync(jobs['messages']!), workflowIds.sync(jobId), { jobId });
    return [`schedule_deleted ${workflowIds.sync(jobId)}`];
  },
  async connectorTerminated({ client }, { connectionId }) {
    await client.workflow.getHandle(workflowIds.connector(connectionId)).terminate('drift');
    return [`connector_started ${connectionId}`];
  },
  async connectorFailed({ client }, { connectionId }) {
    const workflowId = workflowIds.connector(connectionId);
    await client.workflow.getHandle(workflowId).terminate('drift');
    // By a worker of its own, whose answer is that it fails.
    const [taskQueue, namespace, identity] = [`fails ${connectionId}`, client.options.namespace, 'drift'];
    const handle = await client.workflow.start('connector', { workflowId, taskQueue, args: [] });
    const service = client.workflowService;
    const { taskToken } = await client.connection.withDeadline(Date.now() + 20_000, () =>
      service.pollWorkflowTaskQueue({ namespace, identity, taskQueue: { name: taskQueue } }),
    );
    const commandType = protocol.temporal.api.enums.v1.CommandType.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION;
    const failWorkflowExecutionCommandAttributes = { failure: { message: 'drift', applicationFailureInfo: { type: 'defect' } } };
    const commands = [{ commandType, failWorkflowExecutionCommandAttributes }];
    await service.respondWorkflowTaskCompleted({ namespace, identity, taskToken, commands });
    await handle.result().catch(() => undefined);
    return [`connector_started ${connectionId}`];
  },
  async connectorForgotten({ client }, { connectionId }) {
    const workflowId = workflowIds.connector(connectionId);
    await client.workflow.getHandle(workflowId).terminate('drift');
    const { namespace } = client.options;
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
    await until(
      () => statusOf(client, workflowId),
      (status) => status === 'not there',
    );
    return [`connector_started ${connectionId}`];
  },
  async messageNotStarted({ app }, { connectionId, companyId }) {
    const message = {
      templateId: null,
      variables: {},
      from: '+15005550006',
      to: '+15005550009',
      body: 'Until noon',
      segments: 1,
    };
    const { id } = await app.deliveries.create({ companyId, connectionId, ...message }, { actor: by });
    return [`delivery_started ${id}`];
  },
  async runTerminated({ app, client }, { jobs, ...ref }) {
    const jobId = jobs['usage']!;
    const workflowId = workflowIds.syncOnDemand(jobId, 'drift');
    const opened = await app.runs.open({ jobId, workflowId, trigger: 'manual' });
    if (!opened.opened) throw new Error('The place must be free.');
    // Where nobody works, so that it is still under way when it is terminated.
    const args = [{ ...ref, jobId, trigger: 'manual' }];
    const run = await client.workflow.start('syncRun', { workflowId, taskQueue: 'nobody', args });
    await run.terminate('drift');
    return [`run_closed ${opened.runId}`];
  },
  async eventNotDrained({ traffic }, member) {
    await traffic.events.storeBatch([oldEvent(member)]);
    return [`events_woken ${member.connectionId}`];
  },
  async retriesNotWoken({ app }, { connectionId, companyId }) {
    const item = { companyId, connectionId, kind: 'event' as const, cause: 'drift', rawEventId: null };
    const { id } = await app.errorQueue.put({ ...item, code: 'defect', sentence: 'It failed.' });
    await app.queueRetries.postpone([id], longAgo());
    return [`retries_started ${connectionId}`];
  },
  async pushNotWritten(engine, { connectionId, companyId }) {
    const { pushes } = engine.app;
    const { dealId } = await makeKnownDeal(engine, { connectionId, companyId });
    const asked = { connectionId, companyId, dealId, wanted: { title: 'Roof and gutter' }, overwrites: false };
    const { id } = await pushes.ask(asked, { actor: by });
    // It was tried once, while HubSpot was away.
    await pushes.wait(id, { code: 'provider_unavailable', sentence: 'HubSpot does not answer.', nextAttemptAt: longAgo() });
    return [`pushes_started ${connectionId}`];
  },
  async erasureNotStarted({ app }, { connectionId, companyId }) {
    const person = { email: `gone.${connectionId}@example.com` };
    const { id } = await app.erasures.askPerson({ companyId, reason: 'Request 13', person }, { actor: by });
    return [`erasure_started ${id}`];
  },
  async escalationTerminated({ app }, { connectionId, companyId }) {
    const cause = 'provider_unavailable' as const;
    const { incidentId } = await app.incidents.open({ connectionId, companyId, cause, sentence: 'It does not answer.' });
    return [`escalation_started ${incidentId}`];
  },
  async leftoversOfDisconnected({ app, client, traffic, deps }, member) {
    const { connectionId, companyId, jobs } = member;
    const connector = client.workflow.getHandle(workflowIds.connector(connectionId));
    await connector.executeUpdate(disconnectUpdate, { args: [{ by, reason: 'Moved elsewhere' }] });
    await connector.result();
    const [job] = await app.jobs.list(connectionId);
    await deps.temporal.ensureSchedule({ ...member, jobId: job!.id, stream: job!.stream, cadenceS: 60, paused: true, note: '' });
    await traffic.events.storeBatch([oldEvent(member)]);
    const cause = 'provider_unavailable' as const;
    const { incidentId } = await app.incidents.open({ connectionId, companyId, cause, sentence: 'It does not answer.' });
    const id = workflowIds.sync(Object.values(jobs).find((jobId) => jobId === job!.id)!);
    return [`schedule_deleted ${id}`, `events_ignored ${connectionId}`, `incident_closed ${incidentId}`];
  },
  async disconnectedButAlive({ app }, { connectionId }) {
    await app.connections.setState(connectionId, 'disconnected', 'drift', by);
    return [`connector_ended ${connectionId}`];
  },
};

/** The provider of the connection that a kind of drift breaks. */
export const providerFor = (kind: string | undefined) => (kind === 'pushNotWritten' ? 'hubspot' : 'twilio');

/** Whatever differs, in words; empty when nothing does. Reads each connection and each Schedule by itself. */
export async function differences(engine: Engine): Promise<string[]> {
  const { app, client } = engine;
  const wanted = new Map<string, object>();
  const connections = await app.connections.inOrder({ after: null, limit: 10_000 });
  // All at once are more than a development server on a busy machine answers in time.
  const found = (await inLanes(connections, 8, (connection) => differencesOf(engine, connection, wanted))).flat();
  for (const { id } of await app.erasures.running(new Date())) {
    const status = await statusOf(client, workflowIds.erase(id));
    if (status !== 'RUNNING') found.push(`the erasure ${id} is ${status}`);
  }
  for (const { id } of (await app.incidents.list({ open: true, limit: 1_000 })).items) {
    const status = await statusOf(client, workflowIds.escalation(id));
    if (status !== 'RUNNING') found.push(`the escalation of ${id} is ${status}`);
  }
  const schedules = await readSchedules(client);
  for (const { scheduleId, workflowType, ...there } of schedules.filter((each) => each.workflowType === 'syncRun')) {
    const [is, should] = [JSON.stringify(there), JSON.stringify(wanted.get(scheduleId))];
    if (is !== should) found.push(`${scheduleId} starts ${workflowType}: it is ${is} and should be ${should}`);
    wanted.delete(scheduleId);
  }
  for (const scheduleId of wanted.keys()) found.push(`${scheduleId} is missing`);
  return found;
}

async function differencesOf(
  { app, traffic, client }: Engine,
  { id, state }: Connection,
  wanted: Map<string, object>,
): Promise<string[]> {
  const found: string[] = [];
  const launched = state !== 'onboarding' && state !== 'disconnected';
  const status = await statusOf(client, workflowIds.connector(id));
  if (launched !== (status === 'RUNNING')) found.push(`${id} is ${state}, its connector ${status}`);
  for (const { id: jobId, cadenceS, runningRunId } of await app.jobs.list(id)) {
    const facts = { everyMs: cadenceS * 1000, paused: !schedulesRun(state), jobId, connectionId: id };
    if (launched) wanted.set(workflowIds.sync(jobId), facts);
    const run = runningRunId && (await app.runs.find(runningRunId));
    if (run && (await statusOf(client, run.workflowId)) !== 'RUNNING') found.push(`nobody runs ${run.id}`);
  }
  const waiting = await traffic.events.countWaiting(id);
  if (waiting > 0 && (launched || state === 'disconnected')) found.push(`${waiting} events of ${id} wait`);
  const now = new Date();
  const retriesWait = !holdsEvents(state) && (await app.queueRetries.overdue([id], now)).has(id);
  if (retriesWait && (await statusOf(client, workflowIds.retries(id))) !== 'RUNNING') found.push(`failed work of ${id} is due`);
  const pushesWait = takesPushes(state) && (await app.pushes.dueSinceOf([id], now)).has(id);
  if (pushesWait && (await statusOf(client, workflowIds.pushes(id))) !== 'RUNNING') found.push(`a push of ${id} is due`);
  return found;
}

async function readSchedules(client: Engine['client']) {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
  return inLanes(ids, 8, async (scheduleId) => {
    const { spec, state, action } = await client.schedule.getHandle(scheduleId).describe();
    const [input] = (action.args ?? []) as { jobId?: string; connectionId?: string }[];
    return {
      scheduleId,
      workflowType: action.workflowType,
      everyMs: spec.intervals?.[0]?.every,
      paused: state.paused,
      jobId: input?.jobId,
      connectionId: input?.connectionId,
    };
  });
}

async function statusOf(client: Engine['client'], workflowId: string): Promise<string> {
  const description = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  return description?.status.name ?? 'not there';
}

async function copySchedule(client: Engine['client'], from: string, scheduleId: string, args: object): Promise<void> {
  const { spec, action } = await client.schedule.getHandle(from).describe();
  await client.schedule.create({
    scheduleId,
    spec: { intervals: spec.intervals ?? [] },
    action: {
      type: 'startWorkflow',
      workflowType: action.workflowType,
      workflowId: scheduleId,
      taskQueue: taskQueues.sync,
      args: [{ ...(action.args as [object])[0], ...args }],
    },
  });
}

export function oldEvent({ connectionId, companyId }: Pick<FleetMember, 'connectionId' | 'companyId'>) {
  return {
    connectionId,
    companyId,
    providerKey: 'twilio',
    source: 'webhook' as const,
    key: `drift:${connectionId}`,
    type: 'message_status',
    occurredAt: null,
    receivedAt: longAgo(),
    data: { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'teleported' },
  };
}

/**
 * Temporal's lists lag behind; a pass that reads an old one leaves the repair to the next. Waits until they tell what a look tells. Nothing
 * may change meanwhile: what a list has told rightly is not looked at again.
 */
export async function listsCatchUp({ app, deps: { temporal } }: Engine, expected: Expected = []): Promise<void> {
  const ids = (await app.connections.inOrder({ after: null, limit: 10_000 })).map(({ id }) => id);
  const jobs = await app.jobs.listAll(ids);
  const named = expected.filter((entry) => entry.startsWith('schedule_')).map((entry) => entry.slice(entry.indexOf(' ') + 1));
  const runs = (await app.runs.underWay(ids)).map(({ workflowId }) => workflowId);
  let schedules = [...jobs.map(({ id }) => workflowIds.sync(id)), ...named];
  let workflows = [...ids.map(workflowIds.connector), ...runs];
  await until(
    async () => {
      const listed = await temporal.schedulesOf(schedules);
      schedules = await behind(schedules, async (id) => {
        const [seen, there] = [listed.get(id), await temporal.readSchedule(id)];
        return seen?.paused === there?.paused && seen?.everyMs === there?.everyMs;
      });
      const running = await temporal.running(workflows);
      workflows = await behind(workflows, async (id) => ((await temporal.lifeOf(id)) === 'running') === running.has(id));
      return [...schedules, ...workflows];
    },
    (late) => late.length === 0,
  );
}

async function behind(ids: string[], isToldRightly: (id: string) => Promise<boolean>): Promise<string[]> {
  const answers = await inLanes(ids, 8, isToldRightly);
  return ids.filter((_, index) => !answers[index]);
}

/** What passes did, by the audit log, in the form of `Expected`. */
export async function repairsOf({ app }: Engine, companies: Pick<Company, 'companyId'>[]): Promise<Expected> {
  const prefix = 'reconcile.';
  const logs = await inLanes(companies, 8, ({ companyId }) => app.audit.list({ companyId, limit: 2_000 }));
  return logs
    .flatMap(({ items }) => items)
    .filter(({ action, actor }) => action.startsWith(prefix) && actor === 'engine')
    .map(({ action, subject }) => `${action.slice(prefix.length)} ${subject}`)
    .toSorted();
}
