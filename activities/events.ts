/** Applies stored events: what each means, into the app database first, and its mark in the traffic database last. */
import { ApplicationFailure, heartbeat, sleep } from '@temporalio/activity';
import { holdsEvents } from '../domain/connection-state.ts';
import { consequences } from '../domain/failure.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { eventReader, type Owned, type Understood } from './event-reader.ts';
import { saveMetrics, slowMetricsDueIn } from './metrics.ts';
import { writeToldRecords } from './told-records.ts';

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
          applied += await applyBatch(connection, batch);
        } catch (error) {
          // Only a person can help, and the connection's runs tell them: the events wait, and whoever helps wakes this again.
          if (error instanceof ApplicationFailure && error.nonRetryable) return { applied, left: false, held: true };
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

  async function applyBatch(connection: Connection, batch: StoredEvent[]): Promise<number> {
    const { understand, own } = eventReader(deps, connection);
    const understood: Understood[] = [];
    for (const event of batch) {
      const result = await understand(event);
      if ('sentence' in result) await reject(connection, event, result.sentence);
      else understood.push(result);
    }
    await apply(connection, await own(understood));
    return understood.length;
  }

  async function apply(connection: Connection, understood: Owned[]): Promise<void> {
    if (understood.length === 0) return;
    const { id: connectionId, companyId } = connection;
    const refused = await writeToldRecords(deps, connection, understood);
    const owned = understood.filter(
      (each): each is Extract<Owned, { companyId: string }> => each.companyId !== null && !refused.has(each.event.id),
    );
    for (const { record, companyId: owner } of owned)
      if (record)
        await app.records.applyRecords({
          connectionId,
          companyId,
          mappingVersion: record.mappingVersion,
          records: [{ ...record.record, companyId: owner }],
        });
    const events = understood.map(({ event, normalized, companyId: owner }) => ({
      rawEventId: event.id,
      normalized,
      companyId: owner,
    }));
    const { changedDeliveries } = await app.records.applyEvents({ connectionId, companyId, events });
    await saveMetrics(deps, connection, { which: 'quick' });
    for (const { deliveryId, status } of changedDeliveries) await deps.temporal.deliveryStatus(deliveryId, status);
    for (const each of understood) {
      const sentence = refused.get(each.event.id);
      if (sentence !== undefined) await reject(connection, each.event, sentence);
      else if (each.companyId === null) await reject(connection, each.event, each.sentence, each.waitsFor);
    }
    await app.errorQueue.settle({ connectionId, rawEventIds: owned.map(({ event }) => event.id) });
    await traffic.events.markApplied(
      connectionId,
      owned.map(({ event, normalized, record }) => ({
        id: event.id,
        normalized,
        applied: record !== undefined || normalized.length > 0,
      })),
    );
  }

  async function reject(
    connection: Connection,
    event: StoredEvent,
    sentence: string,
    waitsFor: string | null = null,
  ): Promise<void> {
    const code = 'record_rejected';
    await app.errorQueue.put({
      companyId: connection.companyId,
      connectionId: connection.id,
      kind: event.source === 'poll' ? 'record' : 'event',
      cause: event.key,
      code,
      sentence: `${consequences[code].meaning} ${sentence}`,
      rawEventId: event.id,
      waitsFor,
    });
    await traffic.events.markFailed(connection.id, event.id, code, sentence);
  }
}
