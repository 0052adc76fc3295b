import { isLaunched, isReadInFull, scheduleFaults, wantsPause, type ScheduleFacts } from '../domain/drift.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { SyncJob } from '../db/app/stores/jobs.ts';
import type { ActivityDeps, SyncSchedule } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** While the connection's workflow does one of these, Schedules and row differ for a moment, and rightly so. */
const changeSchedules = ['changeState', 'disconnectConnection', 'launchConnection', 'undoOnboarding'];

/** Each job of a launched connection has its Schedule, with its cadence, its arguments and its pause; other jobs have none. */
export async function reconcileSchedules(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const jobs = await deps.app.jobs.listAll(page.map(({ id }) => id));
  const listed = await deps.temporal.schedulesOf(jobs.map(({ id }) => workflowIds.sync(id)));
  const connections = new Map(page.map((connection) => [connection.id, connection]));
  const passAtMs = deps.now().getTime();
  for (const job of jobs) {
    const connection = connections.get(job.connectionId)!;
    const wanted = wantedBy(deps, connection, job);
    const faults = scheduleFaults(wanted, listed.get(workflowIds.sync(job.id)) ?? null);
    const inFull = wanted !== null && isReadInFull(job.id, passAtMs, ledger.policy);
    if (faults.length > 0 || inFull) await ledger.attempt(connection, () => mend(deps, ledger, job, wanted));
  }
}

async function mend(
  { app, temporal }: ActivityDeps,
  ledger: Ledger,
  { id, connectionId }: SyncJob,
  suspected: ScheduleFacts | null,
): Promise<void> {
  const scheduleId = workflowIds.sync(id);
  // In this order: a command that came before the first look is seen at work or in the row, and one that comes later changes the
  // Schedule's version, so that what is decided here no longer applies.
  const there = await temporal.readSchedule(scheduleId);
  if (scheduleFaults(suspected, there).length === 0) return;
  for (const leading of [workflowIds.connector(connectionId), workflowIds.onboarding(connectionId)]) {
    const { activities } = await temporal.lookAt(leading);
    if (activities.some((activity) => changeSchedules.includes(activity))) return;
  }
  const [connection, job] = [await app.connections.find(connectionId), await app.jobs.find(id)];
  if (!connection || !job) return;
  const { policy } = await app.connections.settings(connectionId);
  // A changed policy reaches the Schedule first and the job's row last.
  const schedule = scheduleOf(connection, { ...job, cadenceS: policy.cadenceS[job.stream] ?? job.cadenceS });
  schedule.note = `${connection.state}: repaired by ${ledger.pass}`;
  const wanted = isLaunched(connection.state) ? temporal.wantedSchedule(schedule) : null;
  const faults = scheduleFaults(wanted, there);
  if (faults.length === 0) return;
  if (!wanted) {
    if (await temporal.dropSchedule(scheduleId)) await ledger.repaired('schedule_deleted', connection, scheduleId, { faults });
  } else if (!there) {
    if (await temporal.createSchedule(schedule)) await ledger.repaired('schedule_created', connection, scheduleId);
  } else if (await temporal.correctSchedule(schedule, there.version))
    await ledger.repaired('schedule_corrected', connection, scheduleId, { faults });
}

function wantedBy({ temporal }: ActivityDeps, connection: Connection, job: SyncJob) {
  return isLaunched(connection.state) ? temporal.wantedSchedule(scheduleOf(connection, job)) : null;
}

function scheduleOf({ id: connectionId, companyId, providerKey, state }: Connection, job: SyncJob): SyncSchedule {
  const { id: jobId, stream, cadenceS } = job;
  return { connectionId, companyId, providerKey, jobId, stream, cadenceS, paused: wantsPause(state), note: state };
}
