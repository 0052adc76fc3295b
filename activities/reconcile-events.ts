import { holdsEvents } from '../domain/connection-state.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Events that were stored and never drained: the API died before its wake-up, or the drain was terminated. */
export async function reconcileEvents(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const waitingSince = await deps.traffic.events.waitingSinceOf(page.map(({ id }) => id));
  const overdueBefore = deps.now().getTime() - ledger.policy.eventsWaitMs;
  const overdue = page.filter(({ id }) => (waitingSince.get(id)?.getTime() ?? Infinity) <= overdueBefore);
  const running = await deps.temporal.running(overdue.map(({ id }) => workflowIds.events(id)));
  for (const connection of overdue) {
    if (connection.state === 'disconnected') await ledger.attempt(connection, () => ignore(deps, ledger, connection));
    else if (!holdsEvents(connection.state) && !running.has(workflowIds.events(connection.id)))
      await ledger.attempt(connection, () => wake(deps, ledger, connection));
  }
}

async function wake(deps: ActivityDeps, ledger: Ledger, { id: connectionId, companyId, providerKey }: Connection): Promise<void> {
  if ((await deps.temporal.lifeOf(workflowIds.events(connectionId))) === 'running') return;
  // Read last: a drain that has just ended has taken what was there.
  if ((await deps.traffic.events.waitingForMs(connectionId)) === null) return;
  if (await deps.temporal.startDrain({ connectionId, companyId, providerKey }))
    await ledger.repaired('events_woken', { companyId }, connectionId);
}

/** They would keep their payloads for ever: retention spares what waits. */
async function ignore({ traffic, now }: ActivityDeps, ledger: Ledger, connection: Connection): Promise<void> {
  if (now().getTime() - connection.stateChangedAt.getTime() < ledger.policy.settleMs) return;
  const events = await traffic.events.ignoreWaiting(
    connection.id,
    'The connection was disconnected before this was applied; it is kept for its retention and not applied.',
  );
  if (events > 0) await ledger.repaired('events_ignored', connection, connection.id, { events });
}
