/**
 * One run of one job: open the run, pull pages until the provider has no more, close the run. Started by the job's Schedule or on
 * demand. Rows hold the data; this history holds counts. Of two runs of one job, the second steps aside.
 */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { SyncRunInput, SyncRunResult } from './messages.ts';
import { readFailure } from './failure.ts';
import { own, pulling, quick } from './proxies.ts';

const none = { created: 0, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };

export async function syncRun(input: SyncRunInput): Promise<SyncRunResult> {
  const opened = await quick.openRun(input);
  if (!opened.opened) return { runId: null, outcome: 'skipped', counts: none };
  const { runId } = opened;
  try {
    const pages = pulling(opened.retry);
    while (!(await pages.pullPages({ ...input, runId })).done);
    return await own.closeRun({ ...input, runId, outcome: 'succeeded' });
  } catch (error) {
    const end = isCancellation(error)
      ? { outcome: 'cancelled' as const, sentence: 'The run was cancelled; the next one goes on from its last page.' }
      : { outcome: 'failed' as const, ...readFailure(error) };
    return await CancellationScope.nonCancellable(() => own.closeRun({ ...input, runId, ...end }));
  }
}
