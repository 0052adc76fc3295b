import type { ActivityDeps } from './deps.ts';

/** A run on demand is opened a moment before its workflow starts, so a holder without a workflow is given this long to get one. */
const startGraceMs = 60_000;

/** The place of one job: held by a run whose workflow lives. A holder that was terminated gives way, and its row says so. */
export async function takeRun(
  deps: ActivityDeps,
  input: { jobId: string; workflowId: string; trigger: 'schedule' | 'manual' | 'onboarding' },
) {
  const opened = await deps.app.runs.open(input);
  if (opened.opened) return opened;
  const { holder } = opened;
  const life = await deps.temporal.lifeOf(holder.workflowId);
  const mayStillStart = life === 'unknown' && deps.now().getTime() - holder.startedAt.getTime() < startGraceMs;
  if (life === 'running' || mayStillStart) return opened;
  await deps.app.runs.close(holder.runId, {
    outcome: 'failed',
    code: 'defect',
    sentence: 'The run’s workflow ended without closing it; the next run goes on from its last page.',
  });
  return deps.app.runs.open(input);
}
