import type { ActivityDeps } from './deps.ts';

/** A run on demand is opened a moment before its workflow starts, so a holder without a workflow is given this long to get one. */
const startGraceMs = 60_000;

/** The place of one job: held by a run whose workflow lives. A holder that was terminated gives way, and its row says so. */
export async function takeRun(
  deps: ActivityDeps,
  input: { jobId: string; workflowId: string; trigger: 'schedule' | 'manual' | 'onboarding' },
) {
  const opened = await deps.app.runs.open(input);
  if (opened.opened || !(await isAbandoned(deps, opened.holder))) return opened;
  await closeAbandoned(deps, opened.holder.runId);
  return deps.app.runs.open(input);
}

/** Nobody runs it: its workflow ended without closing it, or was never started. */
export async function isAbandoned(deps: ActivityDeps, run: { workflowId: string; startedAt: Date }): Promise<boolean> {
  const life = await deps.temporal.lifeOf(run.workflowId);
  const mayStillStart = life === 'unknown' && deps.now().getTime() - run.startedAt.getTime() < startGraceMs;
  return life !== 'running' && !mayStillStart;
}

export function closeAbandoned(deps: ActivityDeps, runId: string): Promise<{ first: boolean }> {
  return deps.app.runs.close(runId, {
    outcome: 'failed',
    code: 'defect',
    sentence: 'The run’s workflow ended without closing it; the next run goes on from its last page.',
  });
}
