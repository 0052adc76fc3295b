import { boundedKey, sha256 } from '../hash.ts';
import { sqlTime, sqlTimeOrNull, writeRows } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import type { TrafficDb } from './context.ts';
import { jsonKeeper } from './payload.ts';
import type { InboundEventRow } from './stores/events.ts';

/** What binds a sealed payload to its event. */
export const payloadBinding = (connectionId: string, dedupeHash: Buffer) => `${connectionId}:${dedupeHash.toString('hex')}`;

/**
 * Two statements for a whole batch. The unique key finds duplicates, within the batch too: an upsert answers 1 for a row that is new
 * and 2 for one whose count of duplicates went up. The payload has the event's own identity as its key, so no id must be read back.
 * `ignoredBecause`: the events are kept for people to look at, and nobody applies them.
 */
export async function storeBatch(
  db: TrafficDb,
  rows: InboundEventRow[],
  ignoredBecause?: string,
): Promise<{ stored: number; duplicates: number }> {
  if (rows.length === 0) return { stored: 0, duplicates: 0 };
  // In the order given: ids are handed out in it, and the drain follows them. Two batches that hold the same events in another
  // order may end each other by a deadlock; the transaction is then run again.
  const hashed = rows.map((row) => ({ ...row, hash: sha256(row.key) }));
  const isTraced = rows.some(({ traceparent }) => traceparent);
  const events = hashed.map((row) => [
    row.connectionId,
    row.companyId,
    row.providerKey,
    row.source,
    boundedKey(row.key),
    row.hash,
    row.type.slice(0, 100),
    sqlTimeOrNull(row.occurredAt),
    sqlTime(row.receivedAt),
    day(row.receivedAt),
    ...(ignoredBecause === undefined ? [] : ['ignored', ignoredBecause, sqlTime(row.receivedAt)]),
    ...(isTraced ? [row.traceparent ?? null] : []),
  ]);
  const keep = await jsonKeeper(
    db,
    rows.map(({ companyId }) => companyId),
  );
  const payloads = hashed.map(({ connectionId, companyId, hash, receivedAt, data }) => {
    const kept = keep(companyId, payloadBinding(connectionId, hash), data);
    return [day(receivedAt), connectionId, hash, kept.body, kept.keyVersion];
  });
  return inTransaction(db.sequelize, async (transaction) => {
    const { affectedRows } = await writeRows(
      `INSERT INTO integration_raw_events (connection_id, company_id, provider_key, source, event_key, dedupe_hash, event_type,
         occurred_at, received_at, received_on${ignoredBecause === undefined ? '' : ', state, sentence, settled_at'}${isTraced ? ', traceparent' : ''})
       VALUES ? ON DUPLICATE KEY UPDATE duplicates = duplicates + 1`,
      events,
      transaction,
    );
    await writeRows(
      `INSERT INTO integration_raw_payloads (received_on, connection_id, dedupe_hash, body, key_version)
       VALUES ? ON DUPLICATE KEY UPDATE received_on = integration_raw_payloads.received_on`,
      payloads,
      transaction,
    );
    const duplicates = affectedRows - rows.length;
    return { stored: rows.length - duplicates, duplicates };
  });
}

function day(time: Date): string {
  return time.toISOString().slice(0, 10);
}
