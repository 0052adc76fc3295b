/** The comparison's looks at Temporal and its repairs there, through a real client. */
import { randomUUID } from 'node:crypto';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleSpecDescription,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { ConnectionRef, SyncSchedule } from '../activities/deps.ts';
import type { RepairPort } from '../activities/repair-port.ts';
import type { ScheduleFacts } from '../domain/drift.ts';
import {
  attributesOf,
  drainStart,
  erasureStart,
  replayStart,
  pushesStart,
  retriesStart,
  taskQueues,
  workflowIds,
} from '../domain/workflow-ids.ts';
import type { Actor, CommandAnswer, ConnectorInput, DeliverMessageInput, EscalationInput } from '../workflows/messages.ts';
import { scheduleOptions } from './schedule-options.ts';

export function repairPort(client: Client): RepairPort {
  const lookAt: RepairPort['lookAt'] = async (workflowId) => {
    const description = await orNull(WorkflowNotFoundError, client.workflow.getHandle(workflowId).describe());
    if (!description) return { life: 'unknown', activities: [], task: null };
    const { status, raw } = description;
    const life = status.name === 'RUNNING' ? 'running' : status.name === 'COMPLETED' ? 'completed' : 'broken_off';
    const activities = (raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? '');
    const { pendingWorkflowTask } = raw;
    const since = optionalTsToMs(pendingWorkflowTask?.originalScheduledTime ?? pendingWorkflowTask?.scheduledTime);
    const task = pendingWorkflowTask && { attempt: pendingWorkflowTask.attempt ?? 1, waitedMs: since ? Date.now() - since : 0 };
    return { life, activities, task: task ?? null };
  };

  const read = async (scheduleId: string) => orNull(ScheduleNotFoundError, client.schedule.getHandle(scheduleId).describe());

  return {
    lookAt,
    lifeOf: async (workflowId) => (await lookAt(workflowId)).life,

    async running(ids) {
      const found = new Set<string>();
      if (ids.length === 0) return found;
      const query = `WorkflowId IN (${quoted(ids)}) AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of client.workflow.list({ query })) found.add(workflowId);
      return found;
    },

    async schedulesOf(ids) {
      const found = new Map<string, ScheduleFacts>();
      if (ids.length === 0) return found;
      for await (const { scheduleId, spec, state } of client.schedule.list({ query: `ScheduleId IN (${quoted(ids)})` }))
        found.set(scheduleId, { everyMs: everyMsOf(spec), paused: state.paused });
      return found;
    },

    async *syncSchedules(batchSize) {
      let batch: string[] = [];
      for await (const { scheduleId, action } of client.schedule.list({ pageSize: 1_000 })) {
        if (action?.workflowType === 'syncRun') batch.push(scheduleId);
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },

    async readSchedule(scheduleId) {
      const there = await read(scheduleId);
      return there && { ...factsOf(there), version: there.raw.conflictToken! };
    },

    wantedSchedule(schedule) {
      const { spec, action, state } = scheduleOptions(schedule);
      return { everyMs: everyMsOf(spec), paused: state.paused, starts: startsOf(action) };
    },

    createSchedule: (schedule) => unlessThere(ScheduleAlreadyRunning, client.schedule.create(scheduleOptions(schedule))),

    async correctSchedule(schedule, version) {
      const { scheduleId } = scheduleOptions(schedule);
      const there = await read(scheduleId);
      if (!there) return false;
      await client.workflowService.updateSchedule({
        namespace: client.options.namespace,
        identity: client.options.identity,
        requestId: randomUUID(),
        scheduleId,
        conflictToken: version,
        schedule: await corrected(schedule, there),
      });
      // A change that was dropped, because another came first, is answered like one that was taken.
      return (await read(scheduleId))?.state.note === schedule.note;
    },

    dropSchedule: (scheduleId) => unlessThere(ScheduleNotFoundError, client.schedule.getHandle(scheduleId).delete()),

    startConnector: (input: ConnectorInput) =>
      start('connector', input, {
        workflowId: workflowIds.connector(input.connectionId),
        taskQueue: taskQueues.lifecycle,
        staticSummary: `Life of connection ${input.connectionId}`,
      }),

    async endConnector(connectionId, reason) {
      const handle = client.workflow.getHandle(workflowIds.connector(connectionId));
      const args: [Actor & { reason: string }] = [{ by: 'engine', reason }];
      const answer = await orNull(
        WorkflowNotFoundError,
        handle.executeUpdate<CommandAnswer, typeof args>('disconnect', { args }),
      );
      return answer?.verdict === 'accepted';
    },

    startEscalation: (input: EscalationInput) =>
      start('escalation', input, {
        workflowId: workflowIds.escalation(input.incidentId),
        taskQueue: taskQueues.lifecycle,
        staticSummary: `Incident of ${input.connectionId}`,
      }),

    startDrain: (connection) => start('drainEvents', connection, drainStart(connection)),

    startRetries: (connection) => start('retries', connection, retriesStart(connection)),

    startReplay: (replay) => start('replay', replay, replayStart(replay)),
    startPushes: (connection) => start('pushRecords', connection, pushesStart(connection)),

    startDelivery: (input: DeliverMessageInput) =>
      start('deliverMessage', input, {
        workflowId: workflowIds.message(input.deliveryId),
        taskQueue: taskQueues.messages,
        staticSummary: `Message ${input.deliveryId}`,
      }),

    startErasure: (input) =>
      unlessThere(WorkflowExecutionAlreadyStartedError, client.workflow.start('erase', erasureStart(input))),
  };

  function start(
    type: string,
    input: ConnectionRef,
    options: Pick<WorkflowStartOptions, 'workflowId' | 'taskQueue' | 'staticSummary'>,
  ): Promise<boolean> {
    return unlessThere(
      WorkflowExecutionAlreadyStartedError,
      client.workflow.start(type, { ...options, typedSearchAttributes: attributesOf(input), args: [input] }),
    );
  }

  /** What is there, with what is wanted in place of what may have drifted. The SDK's own update cannot name a version. */
  async function corrected(schedule: SyncSchedule, { raw }: ScheduleDescription) {
    const { spec, action, state } = scheduleOptions(schedule);
    const payloads = await encodeToPayloads(client.options.loadedDataConverter, ...action.args);
    return {
      ...raw.schedule,
      spec: { interval: spec.intervals.map(({ every, offset }) => ({ interval: msToTs(every), phase: msToTs(offset) })) },
      action: {
        startWorkflow: {
          ...raw.schedule?.action?.startWorkflow,
          workflowId: action.workflowId,
          workflowType: { name: action.workflowType },
          taskQueue: { name: action.taskQueue },
          input: { payloads: payloads ?? [] },
        },
      },
      state: { ...raw.schedule?.state, paused: state.paused, notes: state.note },
    };
  }
}

function factsOf({ spec, action, state }: ScheduleDescription): Required<ScheduleFacts> {
  return { everyMs: everyMsOf(spec), paused: state.paused, starts: startsOf(action) };
}

function everyMsOf(
  spec: (Pick<ScheduleSpecDescription, 'intervals'> & Partial<ScheduleSpecDescription>) | undefined,
): number | null {
  const [interval, ...more] = spec?.intervals ?? [];
  if (!interval || more.length > 0 || spec?.calendars?.length || spec?.skip?.length) return null;
  return interval.every;
}

function startsOf({
  workflowType,
  workflowId,
  taskQueue,
  args,
}: ScheduleDescription['action'] | ReturnType<typeof scheduleOptions>['action']) {
  const [input] = (args ?? []) as unknown[];
  return { workflowType, workflowId, taskQueue, ...(typeof input === 'object' ? input : { input }) };
}

const quoted = (ids: string[]) => ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(', ');

type ErrorClass = abstract new (...args: never[]) => Error;

/** Only "not found" means not found. */
async function orNull<T>(notFound: ErrorClass, asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof notFound) return null;
    throw error;
  }
}

/** Whether this call did it; `already` says that it was done before. */
async function unlessThere(already: ErrorClass, doing: Promise<unknown>): Promise<boolean> {
  try {
    await doing;
    return true;
  } catch (error) {
    if (error instanceof already) return false;
    throw error;
  }
}
