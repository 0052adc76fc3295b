import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';

const everyMs = 3_600_000;

/**
 * The Schedule of values of periods and of reports: one for all companies, because whose week has ended is asked of the rows. Every worker
 * sees to it at its start, and several at once end the same; whether somebody paused it stays as it is.
 */
export async function ensureReports(client: Client): Promise<void> {
  const options = {
    scheduleId: workflowIds.reports,
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'openReports',
      workflowId: workflowIds.reports,
      taskQueue: taskQueues.lifecycle,
      args: [],
      staticSummary: 'Takes values of weeks and months, and opens reports',
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
