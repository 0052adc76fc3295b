import type { ActivityDeps, SyncSchedule } from './deps.ts';

type How = Pick<SyncSchedule, 'paused' | 'note'>;

/** Every job of the connection has its Schedule, paused or not; one that somebody deleted is made again. */
export async function ensureSchedules(deps: ActivityDeps, connectionId: string, how: How): Promise<number> {
  const schedules = await schedulesOf(deps, connectionId, how);
  for (const schedule of schedules) await deps.temporal.ensureSchedule(schedule);
  return schedules.length;
}

/** The lighter touch of a command that a person waits for: what runs is left as it is, but for its pause. */
export async function pauseSchedules(deps: ActivityDeps, connectionId: string, how: How): Promise<void> {
  for (const schedule of await schedulesOf(deps, connectionId, how)) await deps.temporal.pauseSchedule(schedule);
}

async function schedulesOf(deps: ActivityDeps, connectionId: string, how: How): Promise<SyncSchedule[]> {
  const { companyId, providerKey } = await deps.app.connections.get(connectionId);
  const jobs = await deps.app.jobs.list(connectionId);
  return jobs.map(({ id: jobId, stream, cadenceS }) => ({
    connectionId,
    companyId,
    providerKey,
    jobId,
    stream,
    cadenceS,
    ...how,
  }));
}
