/** Applies stored events: what each means, into the app database first, and its mark in the traffic database last. */
import { ApplicationFailure, heartbeat, sleep } from '@temporalio/activity';
import { holdsEvents } from '../domain/connection-state.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import { applyBatch } from './apply-batch.ts';
import { refOf, type ActivityDeps, type ConnectionRef } from './deps.ts';
import { isCircuitOpen } from './failures.ts';
import { saveMetrics, slowMetricsDueIn } from './metrics.ts';

const batchSize = 1_000;
/** One activity drains for this long and then lets the workflow ask again, well under its time-out. */
const drainForMs = 60_000;
/** For more events, while metrics rest. */
const lookAgainMs = 250;

export function eventActivities(deps: ActivityDeps) {
  const { app, traffic } = deps;

  return {
    /** `left` tells that more was stored than one activity's time allows. A connection that holds its events answers at once. */
    async drainStoredEvents({ connectionId }: ConnectionRef): Promise<{ applied: number; left: boolean; held: boolean }> {
      const until = Date.now() + drainForMs;
      let applied = 0;
      let after: string | undefined;
      for (;;) {
        const connection = await app.connections.find(connectionId);
        if (!connection || holdsEvents(connection.state)) return { applied, left: false, held: true };
        const batch = await traffic.events.nextBatch(connectionId, batchSize, after);
        if (batch.length === 0 && !after) {
          if (await metricsAreDone(connection, Date.now() > until)) return { applied, left: false, held: false };
          await sleep(lookAgainMs);
          heartbeat({ applied });
          continue;
        }
        try {
          const done = await applyBatch(deps, connection, batch);
          applied += done.applied;
          tellBatch(connection, batch, done.rejected);
          if (done.retriesDue) await deps.temporal.wakeRetries(refOf(connection));
        } catch (error) {
          // Only a person can help, and the connection's runs tell them: the events wait, and whoever helps wakes this again.
          if (error instanceof ApplicationFailure && error.nonRetryable) return { applied, left: false, held: true };
          // Whoever closes the circuit wakes this again.
          if (isCircuitOpen(error)) return { applied, left: false, held: true };
          throw error;
        }
        after = batch.at(-1)?.id;
        heartbeat({ applied });
        if (Date.now() > until) return { applied, left: true, held: false };
      }
    },
  };

  /** The slow ones rest between two computations; more events may come meanwhile. Also after an attempt that died before this. */
  async function metricsAreDone(connection: Connection, atOnce: boolean): Promise<boolean> {
    const dueInMs = await slowMetricsDueIn(deps, connection);
    if (dueInMs === null) return true;
    if (dueInMs > 0 && !atOnce) return false;
    await saveMetrics(deps, connection, { which: 'slow' });
    return true;
  }

  function tellBatch(connection: Connection, batch: StoredEvent[], rejected: number): void {
    if (batch.length === 0) return;
    const now = Date.now();
    // Of webhooks alone: a polled record came into the store because it had failed.
    const webhooks = batch.filter(({ source }) => source === 'webhook');
    deps.tell?.({
      event: 'drain',
      outcome: 'applied',
      ...refOf(connection),
      counts: { applied: batch.length - rejected, rejected },
      lagsMs: webhooks.map(({ storedAt }) => Math.max(0, now - storedAt.getTime())),
    });
  }
}
