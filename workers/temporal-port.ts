/** What activities ask of Temporal, through a real client. Every call is safe to repeat. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import type { TemporalPort } from '../activities/deps.ts';
import {
  attributesOf,
  drainStart,
  reportStart,
  pushesStart,
  retriesStart,
  searchAttributes,
  taskQueues,
  workflowIds,
} from '../domain/workflow-ids.ts';
import { repairPort } from './repair-port.ts';
import { scheduleOptions } from './schedule-options.ts';

export function temporalPort(client: Client): TemporalPort {
  return {
    ...repairPort(client),

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

    async wakeRetries(connection) {
      await client.workflow.signalWithStart('retries', { ...retriesStart(connection), signal: 'retriesDue' });
    },

    async wakePushes(connection) {
      await client.workflow.signalWithStart('pushRecords', { ...pushesStart(connection), signal: 'pushesWait' });
    },

    async tellRetries(connectionId) {
      await signalIfThere(workflowIds.retries(connectionId), 'retriesDue');
    },

    async startRun({ jobId, requestId, ...ref }) {
      try {
        await client.workflow.start('syncRun', {
          workflowId: workflowIds.syncOnDemand(jobId, requestId),
          taskQueue: taskQueues.sync,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: 'Sync after a page that failed',
          typedSearchAttributes: attributesOf(ref),
          args: [{ ...ref, jobId, trigger: 'manual' }],
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async runFinished(connectionId, run) {
      await signalIfThere(workflowIds.connector(connectionId), 'runFinished', run);
    },

    async credentialsLost(connectionId, lost) {
      await signalIfThere(workflowIds.connector(connectionId), 'credentialsLost', lost);
    },

    async deliveryStatus(deliveryId, status) {
      await signalIfThere(workflowIds.message(deliveryId), 'deliveryStatus', { status });
    },

    async startReport(report) {
      try {
        await client.workflow.start('report', reportStart(report));
        return true;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return false;
      }
    },

    async endWorkflows(companyId, reason) {
      const query = `${searchAttributes.company.name} = '${companyId}' AND ExecutionStatus = 'Running'`;
      let ended = 0;
      for await (const { workflowId } of client.workflow.list({ query })) {
        const isGone = await orGone(client.workflow.getHandle(workflowId).terminate(reason));
        if (!isGone) ended += 1;
      }
      return ended;
    },
  };

  /** A workflow that has ended needs no word any more. */
  async function signalIfThere(workflowId: string, signal: string, ...input: unknown[]): Promise<void> {
    await orGone(client.workflow.getHandle(workflowId).signal(signal, ...input));
  }
}

/** Whether the workflow had ended already. */
async function orGone(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return false;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
