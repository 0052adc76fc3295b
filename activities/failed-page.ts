/** A page that could not be read although its run was given up stands in the error queue until a run gets past it. */
import { createHash } from 'node:crypto';
import type { FailureCode } from '../domain/failure.ts';
import type { RunOutcome } from '../domain/run-verdict.ts';
import type { SyncJob } from '../db/app/stores/jobs.ts';
import { awayForMs } from './circuits.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';

/** A page is its job and the place where it begins; the place is the provider's own text of any length. */
const pageAt = ({ id, cursor }: SyncJob) =>
  `${id}@${createHash('sha256').update(cursor ?? '').digest('hex').slice(0, 16)}`; // prettier-ignore

export const jobOfPage = (cause: string): string => cause.split('@')[0]!;

/** After the end of a run, with the job's cursor where the run left it. Repeatable but for its count of attempts. */
export async function followRun(
  { app, temporal }: ActivityDeps,
  ref: ConnectionRef,
  run: { jobId: string; runId: string; outcome: RunOutcome; code: FailureCode; sentence: string },
): Promise<void> {
  const { connectionId, companyId } = ref;
  const { jobId, runId, outcome, code, sentence } = run;
  const job = await app.jobs.find(jobId);
  if (!job) return;
  await app.errorQueue.settlePages({ connectionId, jobId, stillAt: outcome === 'succeeded' ? null : pageAt(job) });
  if (outcome !== 'failed') return;
  const { nextAttemptAt } = await app.errorQueue.put({
    companyId,
    connectionId,
    kind: 'page',
    cause: pageAt(job),
    code,
    sentence: `A page of "${job.stream}" could not be read. ${sentence}`,
    rawEventId: null,
    runId,
    object: job.object,
    isAttempt: (await awayForMs(app.circuits, { connectionId, code })) === null,
  });
  if (nextAttemptAt) await temporal.wakeRetries(ref);
}
