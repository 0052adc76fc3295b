import type { By } from '../db/app/stores/audit.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Deps } from './deps.ts';

/** Few enough for one statement; whoever has more waiting says the key again. */
const itemsMax = 5_000;

/** Retries what waits in the error queue for these franchise keys, all of it at once. `retried`: how many events wait to be applied. */
export async function retryWaiting(
  { stores, traffic, waker }: Deps,
  { id: connectionId, companyId, providerKey }: Connection,
  keys: string[],
  audit: By,
): Promise<{ mends: number; retried: number }> {
  if (keys.length === 0) return { mends: 0, retried: 0 };
  const rawEventIds = await stores.errorQueue.waitingFor({ connectionId, keys, limit: itemsMax });
  if (rawEventIds.length === 0) return { mends: 0, retried: 0 };
  const requeued = await traffic.events.requeueAll(connectionId, rawEventIds);
  await stores.errorQueue.retryEvents({ connectionId, companyId, rawEventIds }, audit);
  waker.wake({ connectionId, companyId, providerKey });
  return { mends: rawEventIds.length, retried: requeued };
}
