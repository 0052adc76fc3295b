import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { driftPolicy } from '../domain/drift.ts';
import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import type { ReconcileInput } from '../workflows/messages.ts';

/**
 * The Schedule of the comparison is there, with this version's cadence and policy; whether somebody paused it stays as it is. Every
 * worker does so at its start, and several at once end the same.
 */
export async function ensureReconcile(client: Client, everyS: number): Promise<void> {
  const everyMs = everyS * 1000;
  const input: ReconcileInput = { policy: { ...driftPolicy, everyMs } };
  const options = {
    scheduleId: workflowIds.reconcile,
    spec: { intervals: [{ every: everyMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'reconcile',
      workflowId: workflowIds.reconcile,
      taskQueue: taskQueues.lifecycle,
      args: [input],
      staticSummary: 'Compares the database with Temporal and repairs what differs',
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
