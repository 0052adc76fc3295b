/**
 * One run of one job: open the run, pull pages until the provider has no more, close the run. Started by the job's Schedule or on
 * demand. Rows hold the data; this history holds counts. Of two runs of one job, the second steps aside.
 */
import { CancellationScope, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type { FailureCode } from '../domain/failure.ts';
import type { RunOutcome } from '../domain/run-verdict.ts';
import type { SyncRunInput, SyncRunResult } from './messages.ts';
import { readFailure } from './failure.ts';
import { own, pulling, quick } from './proxies.ts';

const none = { created: 0, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };

export async function syncRun(input: SyncRunInput): Promise<SyncRunResult> {
  const opened = await quick.openRun(input);
  if (!opened.opened) {
    setCurrentDetails('Skipped: another run of this job is under way.');
    return { runId: null, outcome: 'skipped', counts: none };
  }
  const { runId } = opened;
  setCurrentDetails(`Pulling pages of run ${runId}.`);
  try {
    const pages = pulling(opened.retry);
    while (!(await pages.pullPages({ ...input, runId })).done);
    return await close({ outcome: 'succeeded' });
  } catch (error) {
    const end = isCancellation(error)
      ? { outcome: 'cancelled' as const, sentence: 'The run was cancelled; the next one goes on from its last page.' }
      : { outcome: 'failed' as const, ...readFailure(error) };
    return await CancellationScope.nonCancellable(() => close(end));
  }

  async function close(end: { outcome: RunOutcome; code?: FailureCode; sentence?: string }): Promise<SyncRunResult> {
    const result = await own.closeRun({ ...input, runId, ...end });
    const counted = Object.entries(result.counts).filter(([, count]) => count > 0);
    setCurrentDetails(
      [`Run ${runId} ${end.outcome}.`, end.sentence, counted.map((entry) => entry.join(': ')).join(', ')]
        .filter(Boolean)
        .join(' '),
    );
    return result;
  }
}
