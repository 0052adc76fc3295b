/** What activities ask of Temporal, through a real client. Every call is safe to repeat. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WorkflowNotFoundError,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import type { ConnectionRef, SyncSchedule, TemporalPort } from '../activities/deps.ts';
import { attributesOf, drainStart, taskQueues, workflowIds } from '../domain/workflow-ids.ts';

/** A Schedule that missed its time (a stopped server) makes up for at most this much. */
const catchupWindow = '1 hour';

export function temporalPort(client: Client): TemporalPort {
  return {
    async lifeOf(workflowId) {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe();
        return status.name === 'RUNNING' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'unknown';
        throw error;
      }
    },

    async ensureSchedule(schedule) {
      const options = scheduleOptions(schedule);
      try {
        await client.schedule.create(options);
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await client.schedule.getHandle(options.scheduleId).update((previous) => ({
          ...previous,
          spec: options.spec,
          action: options.action as typeof previous.action,
          state: { ...previous.state, ...options.state },
        }));
      }
    },

    async pauseSchedule(schedule) {
      const handle = client.schedule.getHandle(workflowIds.sync(schedule.jobId));
      try {
        await (schedule.paused ? handle.pause(schedule.note) : handle.unpause(schedule.note));
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
        await client.schedule.create(scheduleOptions(schedule));
      }
    },

    async deleteSchedule(jobId) {
      try {
        await client.schedule.getHandle(workflowIds.sync(jobId)).delete();
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
    },

    async wakeEvents(connection) {
      await client.workflow.signalWithStart('drainEvents', {
        ...drainStart(connection),
        signal: 'eventsArrived',
      });
    },

    async runFinished(connectionId, run) {
      await signalIfThere(workflowIds.connector(connectionId), 'runFinished', run);
    },

    async deliveryStatus(deliveryId, status) {
      await signalIfThere(workflowIds.message(deliveryId), 'deliveryStatus', { status });
    },
  };

  /** A workflow that has ended needs no word any more. */
  async function signalIfThere(workflowId: string, signal: string, input: unknown): Promise<void> {
    try {
      await client.workflow.getHandle(workflowId).signal(signal, input);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

function scheduleOptions({ jobId, stream, cadenceS, paused, note, ...connection }: SyncSchedule): ScheduleOptions {
  const scheduleId = workflowIds.sync(jobId);
  return {
    scheduleId,
    spec: {
      intervals: [{ every: cadenceS * 1000, offset: offsetOf(jobId, cadenceS) }],
    },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'syncRun',
      workflowId: scheduleId,
      taskQueue: taskQueues.sync,
      args: [{ ...refOf(connection), jobId, trigger: 'schedule' }],
      staticSummary: `Sync of ${stream}`,
      typedSearchAttributes: attributesOf(connection),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    state: { paused, note },
    typedSearchAttributes: attributesOf(connection),
  };
}

/** Spreads jobs over their interval by their id, so that a thousand hourly jobs do not start in the same second. */
function offsetOf(jobId: string, cadenceS: number): number {
  let hash = 0;
  for (const char of jobId) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return (hash % cadenceS) * 1000;
}

function refOf({ connectionId, companyId, providerKey }: ConnectionRef): ConnectionRef {
  return { connectionId, companyId, providerKey };
}
