import type { ActivityDeps } from './deps.ts';

/** The place of one job: held by a run whose workflow lives. A holder that was terminated gives way, and its row says so. */
export async function takeRun(
  deps: ActivityDeps,
  input: { jobId: string; workflowId: string; trigger: 'schedule' | 'manual' | 'onboarding' },
) {
  const opened = await deps.app.runs.open(input);
  if (opened.opened || (await deps.temporal.isRunning(opened.holder.workflowId))) return opened;
  await deps.app.runs.close(opened.holder.runId, {
    outcome: 'failed',
    code: 'defect',
    sentence: 'The run’s workflow ended without closing it; the next run goes on from its last page.',
  });
  return deps.app.runs.open(input);
}
