import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/**
 * Schedules that start our sync runs and are no job's own: copies that would start each run twice, and those whose job is gone.
 * Whatever starts anything else is not ours, and stays.
 */
export async function reconcileStrays(deps: ActivityDeps, ledger: Ledger): Promise<null> {
  for await (const scheduleIds of deps.temporal.syncSchedules(ledger.policy.pageSize)) {
    const jobs = await deps.app.jobs.known(scheduleIds.map(jobIn));
    for (const scheduleId of scheduleIds) if (!jobs.has(jobIn(scheduleId))) await drop(deps, ledger, scheduleId);
  }
  return null;
}

const prefix = workflowIds.sync('');
const jobIn = (scheduleId: string) => (scheduleId.startsWith(prefix) ? scheduleId.slice(prefix.length) : '');

async function drop({ app, temporal }: ActivityDeps, ledger: Ledger, scheduleId: string): Promise<void> {
  const there = await temporal.readSchedule(scheduleId);
  if (there?.starts['workflowType'] !== 'syncRun' || there.starts['taskQueue'] !== taskQueues.sync) return;
  if (await app.jobs.find(jobIn(scheduleId))) return;
  const { companyId, jobId } = there.starts;
  const company = typeof companyId === 'string' ? await app.companies.find(companyId) : null;
  if (await temporal.dropSchedule(scheduleId))
    await ledger.repaired('schedule_deleted', { companyId: company?.id ?? null }, scheduleId, { jobId });
}
