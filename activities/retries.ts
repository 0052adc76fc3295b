/** Failed work of one connection that is tried again by itself. */
import { holdsEvents } from '../domain/connection-state.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { retryItems } from './retry-items.ts';

/** Items of one activity: each may cost a call of the provider. */
const itemsMax = 200;

export function retryActivities(deps: ActivityDeps) {
  const { app } = deps;
  return {
    /**
     * Tries again what is due, the oldest first. `left`: more was due than one activity takes. `nextInMs`: until the next is due; `null`
     * when none will be, or when the connection takes nothing now: resuming it wakes this.
     */
    async retryDue({ connectionId }: ConnectionRef): Promise<{ tried: number; left: boolean; nextInMs: number | null }> {
      const connection = await app.connections.find(connectionId);
      if (!connection || holdsEvents(connection.state)) return { tried: 0, left: false, nextInMs: null };
      const due = await app.queueRetries.takeDue({ connectionId, now: deps.now(), limit: itemsMax });
      await retryItems(deps, connection, due);
      const next = await app.queueRetries.earliest(connectionId);
      const nextInMs = next && Math.max(next.getTime() - deps.now().getTime(), 1);
      return { tried: due.length, left: due.length === itemsMax, nextInMs };
    },
  };
}
