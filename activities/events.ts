/** Applies stored events: what each means, into the app database first, and its mark in the traffic database last. */
import { heartbeat } from '@temporalio/activity';
import { holdsEvents } from '../domain/connection-state.ts';
import { consequences } from '../domain/failure.ts';
import { oversizedFields } from '../domain/field-limits.ts';
import { applyMapping } from '../domain/mapping.ts';
import { canonicalObjects, type CanonicalObject, type CanonicalRecord, type NormalizedEvent } from '../domain/records.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { saveMetrics } from './metrics.ts';

const batchSize = 500;
/** One activity drains for this long and then lets the workflow ask again, well under its time-out. */
const drainForMs = 60_000;

interface Understood {
  event: StoredEvent;
  normalized: NormalizedEvent[];
  record?: { record: CanonicalRecord; mappingVersion: number };
}

export function eventActivities(deps: ActivityDeps) {
  const { app, traffic } = deps;

  return {
    /** `left` tells that more was stored than one activity's time allows. A connection that holds its events answers at once. */
    async drainStoredEvents({ connectionId }: ConnectionRef): Promise<{ applied: number; left: boolean; held: boolean }> {
      const until = Date.now() + drainForMs;
      let applied = 0;
      for (;;) {
        const connection = await app.connections.find(connectionId);
        if (!connection || holdsEvents(connection.state)) return { applied, left: false, held: true };
        const batch = await traffic.events.nextBatch(connectionId, batchSize);
        if (batch.length === 0) return { applied, left: false, held: false };
        applied += await applyBatch(connection, batch);
        heartbeat({ applied });
        if (Date.now() > until) return { applied, left: true, held: false };
      }
    },
  };

  async function applyBatch(connection: Connection, batch: StoredEvent[]): Promise<number> {
    const understood: Understood[] = [];
    for (const event of batch) {
      const result = await understand(connection, event);
      if ('sentence' in result) await reject(connection, event, result.sentence);
      else understood.push(result);
    }
    await apply(connection, understood);
    return understood.length;
  }

  async function understand(connection: Connection, event: StoredEvent): Promise<Understood | { sentence: string }> {
    if (event.source === 'webhook') {
      const { type, data } = event;
      const occurredAt = event.occurredAt?.toISOString() ?? event.receivedAt.toISOString();
      const normalized = deps.getProvider(connection.providerKey).normalize({ type, data, occurredAt });
      const faults = normalized.flatMap((meant) => oversizedFields('fields' in meant ? { ...meant, ...meant.fields } : meant));
      if (faults.length > 0) return { sentence: faults.map(({ field, message }) => `${field} ${message}`).join('; ') };
      return { event, normalized };
    }
    const object = canonicalObjects.find((name): name is CanonicalObject => name === event.type);
    const mapping = object && (await app.mappings.current(connection.id, object));
    if (!mapping) return { sentence: `There is no published mapping for "${event.type}": publish one, then retry.` };
    const mapped = applyMapping(mapping, event.data['record']);
    if ('issues' in mapped) return { sentence: mapped.issues.map(({ path, message }) => `${path} ${message}`).join('; ') };
    return { event, normalized: [], record: { record: mapped.record, mappingVersion: mapping.version } };
  }

  async function apply(connection: Connection, understood: Understood[]): Promise<void> {
    if (understood.length === 0) return;
    const { id: connectionId, companyId } = connection;
    for (const { record } of understood)
      if (record)
        await app.records.applyRecords({
          connectionId,
          companyId,
          mappingVersion: record.mappingVersion,
          records: [record.record],
        });
    const events = understood.map(({ event, normalized }) => ({ rawEventId: event.id, normalized }));
    const { changedDeliveries } = await app.records.applyEvents({ connectionId, companyId, events });
    await saveMetrics(deps, connection);
    for (const { deliveryId, status } of changedDeliveries) await deps.temporal.deliveryStatus(deliveryId, status);
    await app.errorQueue.settle({ connectionId, rawEventIds: events.map(({ rawEventId }) => rawEventId) });
    await traffic.events.markApplied(
      connectionId,
      understood.map(({ event, normalized, record }) => ({
        id: event.id,
        normalized,
        applied: record !== undefined || normalized.length > 0,
      })),
    );
  }

  async function reject(connection: Connection, event: StoredEvent, sentence: string): Promise<void> {
    const code = 'record_rejected';
    await app.errorQueue.put({
      companyId: connection.companyId,
      connectionId: connection.id,
      kind: event.source === 'poll' ? 'record' : 'event',
      cause: event.key,
      code,
      sentence: `${consequences[code].meaning} ${sentence}`,
      rawEventId: event.id,
    });
    await traffic.events.markFailed(connection.id, event.id, code, sentence);
  }
}
