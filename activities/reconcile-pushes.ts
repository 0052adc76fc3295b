import { takesPushes } from '../domain/push.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Pushes that are due and that nobody writes: the wake-up was lost, or somebody terminated their workflow. */
export async function reconcilePushes(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const overdue = await overdueOf(
    deps,
    ledger,
    page.filter(({ state }) => takesPushes(state)),
  );
  const running = await deps.temporal.running(overdue.map(({ id }) => workflowIds.pushes(id)));
  for (const connection of overdue)
    if (!running.has(workflowIds.pushes(connection.id))) await ledger.attempt(connection, () => start(deps, ledger, connection));
}

async function overdueOf({ app, now }: ActivityDeps, { policy }: Ledger, connections: Connection[]): Promise<Connection[]> {
  const since = await app.pushes.dueSinceOf(
    connections.map(({ id }) => id),
    now(),
  );
  const before = now().getTime() - policy.eventsWaitMs;
  return connections.filter(({ id }) => (since.get(id)?.getTime() ?? Infinity) <= before);
}

async function start(deps: ActivityDeps, ledger: Ledger, connection: Connection): Promise<void> {
  if ((await deps.temporal.lifeOf(workflowIds.pushes(connection.id))) === 'running') return;
  // Read last: a workflow that has just ended has written what was due.
  if ((await overdueOf(deps, ledger, [connection])).length === 0) return;
  if (await deps.temporal.startPushes(refOf(connection))) await ledger.repaired('pushes_started', connection, connection.id);
}
