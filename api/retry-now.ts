import type { By } from '../db/app/stores/audit.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { QueueItem } from '../db/app/stores/error-queue.ts';
import { holdsEvents } from '../domain/connection-state.ts';
import { retriesStart, workflowIds } from '../domain/workflow-ids.ts';
import { retriesDueSignal } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import { workflowLink } from './links.ts';
import { ask } from './temporal.ts';

/** Makes an item due at once and wakes the connection's retries. When the wake-up is lost, `reconcile` finds it. */
export async function retryNow(deps: Deps, connection: Connection, item: QueueItem, audit: By): Promise<QueueItem> {
  const { state } = connection;
  if (holdsEvents(state))
    throw new ApiError(409, 'refused', `The connection is ${state}: nothing of it is tried again until it runs.`);
  const retried = await deps.stores.errorQueue.retry(item.id, audit, { now: true });
  await signalRetries(deps, connection);
  return retried;
}

/** The same for what was opened again. While Temporal is away it stays due: `reconcile` finds that, so nobody is refused for it. */
export async function wakeRetries(deps: Deps, connection: Connection): Promise<void> {
  await signalRetries(deps, connection).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    deps.log.warn({ connectionId: connection.id, code: error.code }, 'retries were not woken: reconcile finds what is due');
  });
}

/** What was closed on a connection that is gone stays closed. */
export function requireConnected({ state }: Connection): void {
  if (state === 'disconnected')
    throw new ApiError(409, 'refused', 'The connection is disconnected: nothing of it is tried again.');
}

async function signalRetries(deps: Deps, { id: connectionId, companyId, providerKey }: Connection): Promise<void> {
  await ask(deps, workflowLink(deps, workflowIds.retries(connectionId)), ({ workflow }) =>
    workflow.signalWithStart('retries', {
      ...retriesStart({ connectionId, companyId, providerKey }),
      signal: retriesDueSignal,
      signalArgs: [],
    }),
  );
}
