/** What stored events mean is written, and what cannot be is kept in the error queue: for the drain, and for whoever retries. */
import { isFinal } from '../domain/delivery-status.ts';
import { consequences } from '../domain/failure.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import { eventReader, type Owned, type Understood, type Unfit } from './event-reader.ts';
import { saveMetrics } from './metrics.ts';
import { writeToldRecords } from './told-records.ts';

interface Applied {
  applied: number;
  /** Of those that were understood and of the others: kept in the error queue. */
  rejected: number;
  /** Something failed that is tried again by itself. */
  retriesDue: boolean;
}

/** In the order given. Throws when the provider cannot be asked now: then the events are as they were. Repeatable. */
export async function applyBatch(deps: ActivityDeps, connection: Connection, batch: StoredEvent[]): Promise<Applied> {
  const { understand, own } = eventReader(deps, connection);
  const understood: Understood[] = [];
  let retriesDue = false;
  for (const event of batch) {
    const result = await understand(event);
    if ('sentence' in result) retriesDue = (await reject(deps, connection, event, result)) || retriesDue;
    else understood.push(result);
  }
  const written = await apply(deps, connection, await own(understood));
  const rejected = batch.length - understood.length + written.rejected;
  return { applied: understood.length, rejected, retriesDue: written.retriesDue || retriesDue };
}

async function apply(deps: ActivityDeps, connection: Connection, understood: Owned[]): Promise<Omit<Applied, 'applied'>> {
  if (understood.length === 0) return { rejected: 0, retriesDue: false };
  const { app, traffic } = deps;
  const { id: connectionId, companyId } = connection;
  const refused = await writeToldRecords(deps, connection, understood);
  const owned = understood.filter(
    (each): each is Extract<Owned, { companyId: string }> => each.companyId !== null && !refused.has(each.event.id),
  );
  for (const { record, companyId: owner, event } of owned)
    if (record)
      await app.records.applyRecords({
        connectionId,
        companyId,
        mappingVersion: record.mappingVersion,
        records: [{ ...record.record, companyId: owner, rawEventId: event.id, toldAt: event.storedAt.toISOString() }],
      });
  const events = understood.map(({ event, normalized, companyId: owner }) => ({
    rawEventId: event.id,
    normalized,
    companyId: owner,
  }));
  const { changedDeliveries } = await app.records.applyEvents({ connectionId, companyId, events });
  await saveMetrics(deps, connection, { which: 'quick' });
  for (const { deliveryId, status } of changedDeliveries) {
    if (isFinal(status)) deps.tell?.({ event: 'delivery', outcome: status, ...refOf(connection), deliveryId });
    await deps.temporal.deliveryStatus(deliveryId, status);
  }
  let retriesDue = false;
  for (const each of understood) {
    const sentence = refused.get(each.event.id);
    // What the provider refuses now it may give later.
    const unfit: Unfit | null =
      sentence !== undefined
        ? { sentence, code: 'record_rejected', mend: 'time' }
        : each.companyId === null
          ? { ...each, code: 'record_rejected', mend: each.waitsFor === null ? 'person' : 'franchise_key' }
          : null;
    if (unfit) retriesDue = (await reject(deps, connection, each.event, unfit)) || retriesDue;
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
  return { rejected: understood.length - owned.length, retriesDue };
}

async function reject(
  { app, traffic }: ActivityDeps,
  { id: connectionId, companyId }: Connection,
  event: StoredEvent,
  unfit: Unfit,
) {
  const { code, sentence, mend, waitsFor = null, object = null, mappingVersion = null } = unfit;
  const { nextAttemptAt } = await app.errorQueue.put({
    companyId,
    connectionId,
    kind: event.source === 'poll' ? 'record' : 'event',
    cause: event.key,
    code,
    sentence: `${consequences[code].meaning} ${sentence}`,
    rawEventId: event.id,
    waitsFor,
    mend,
    object: event.source === 'poll' ? event.type : object,
    mappingVersion,
  });
  await traffic.events.markFailed(connectionId, event.id, code, sentence);
  return nextAttemptAt !== null;
}
