import type { Client } from '@temporalio/client';
import { driftPolicy } from '../domain/drift.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { ReconcileInput } from '../workflows/messages.ts';
import { ensureStandingSchedule } from './standing-schedule.ts';

/** The Schedule of the comparison, with this version's policy. */
export async function ensureReconcile(client: Client, everyS: number): Promise<void> {
  const everyMs = everyS * 1000;
  const input: ReconcileInput = { policy: { ...driftPolicy, everyMs } };
  await ensureStandingSchedule(client, {
    id: workflowIds.reconcile,
    workflowType: 'reconcile',
    everyMs,
    args: [input],
    summary: 'Compares the database with Temporal and repairs what differs',
  });
}
