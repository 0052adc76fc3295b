/**
 * One pass that compares what the database says with what Temporal has, and repairs what differs: live connectors, Schedules, runs,
 * stored events, messages under way. Started by a Schedule; two at once are harmless.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { describeReport } from '../domain/drift.ts';
import type { ReconcileInput, ReconcileResult } from './messages.ts';
import { repairing } from './proxies.ts';

export async function reconcile({ policy }: ReconcileInput): Promise<ReconcileResult> {
  let done = await repairing.repairDrift({ policy });
  while (done.progress) {
    setCurrentDetails(`Under way. ${describeReport(done.report)}`);
    done = await repairing.repairDrift({ policy, progress: done.progress });
  }
  setCurrentDetails(describeReport(done.report));
  return done.report;
}
