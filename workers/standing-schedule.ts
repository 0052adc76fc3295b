import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { taskQueues } from '../domain/workflow-ids.ts';

interface StandingSchedule {
  /** Of the Schedule and of the workflow that it starts. */
  id: string;
  workflowType: string;
  everyMs: number;
  args: unknown[];
  /** For ops in the Temporal UI. */
  summary: string;
}

/**
 * A Schedule of the engine's own is there, with this version's cadence and input; whether somebody paused it stays as it is. Every worker
 * sees to it at its start, and several at once end the same.
 */
export async function ensureStandingSchedule(client: Client, wanted: StandingSchedule): Promise<void> {
  const { id, workflowType, everyMs, args, summary } = wanted;
  const options = {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType,
      workflowId: id,
      taskQueue: taskQueues.lifecycle,
      args,
      staticSummary: summary,
    },
    // What was missed is not made up for: the next pass sees everything.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(options.scheduleId)
      .update((there) => ({ ...there, spec: options.spec, action: options.action, policies: options.policies }));
  }
}
