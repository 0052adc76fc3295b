import { holdsEvents } from '../domain/connection-state.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Failed work that is due and that nobody tries again: the wake-up was lost, or somebody terminated the retries. */
export async function reconcileRetries(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const before = new Date(deps.now().getTime() - ledger.policy.eventsWaitMs);
  const taking = page.filter(({ state }) => !holdsEvents(state));
  const overdue = await deps.app.queueRetries.overdue(
    taking.map(({ id }) => id),
    before,
  );
  const running = await deps.temporal.running([...overdue].map(workflowIds.retries));
  for (const connection of taking)
    if (overdue.has(connection.id) && !running.has(workflowIds.retries(connection.id)))
      await ledger.attempt(connection, () => start(deps, ledger, connection, before));
}

async function start({ app, temporal }: ActivityDeps, ledger: Ledger, connection: Connection, before: Date): Promise<void> {
  if ((await temporal.lifeOf(workflowIds.retries(connection.id))) === 'running') return;
  // Read last: retries that have just ended have tried what was due.
  if (!(await app.queueRetries.overdue([connection.id], before)).has(connection.id)) return;
  if (await temporal.startRetries(refOf(connection))) await ledger.repaired('retries_started', connection, connection.id);
}
