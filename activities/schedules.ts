import type { ActivityDeps } from './deps.ts';

/** Every job of the connection has its Schedule, paused or not; one that somebody deleted is made again. */
export async function ensureSchedules(
  deps: ActivityDeps,
  connectionId: string,
  how: { paused: boolean; note: string },
): Promise<number> {
  const { companyId, providerKey } = await deps.app.connections.get(connectionId);
  const jobs = await deps.app.jobs.list(connectionId);
  for (const { id: jobId, stream, cadenceS } of jobs)
    await deps.temporal.ensureSchedule({ connectionId, companyId, providerKey, jobId, stream, cadenceS, ...how });
  return jobs.length;
}
