import type { CanonicalObject } from '../../domain/records.ts';
import { select } from '../sql.ts';
import type { TrafficDb } from './context.ts';
import { openJson } from './payload.ts';
import { payloadBinding } from './store-batch.ts';

/** A raw record that is kept as an event; `raw` is absent when the payload is past its retention. */
export interface PolledRecord {
  eventId: string;
  raw?: unknown;
}

/** Events of a connection that one look passes over: webhooks stand between the records, and no index leads past them. */
const sliceSize = 5_000;
const slicesMax = 5;

/** The newest first, of the connection's last 25,000 events; those without a payload are left out. */
export async function newestPolled(
  db: TrafficDb,
  { connectionId, object, limit }: { connectionId: string; object: CanonicalObject; limit: number },
): Promise<PolledRecord[]> {
  const found: PolledRecord[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  for (let slice = 0; slice < slicesMax && found.length < limit; slice += 1) {
    const ids = await sliceIds(db, connectionId, 'id < :edge ORDER BY id DESC', before);
    if (ids.length === 0) break;
    before = ids.at(-1)!;
    const polled = await readPolled(db, { connectionId, object, from: before, to: ids[0]! });
    found.push(...polled.toReversed().filter((record) => 'raw' in record));
  }
  return found.slice(0, limit);
}

/** In order of arrival, from the event after `after` on. `next` is `null` behind the last event. */
export async function polledAfter(
  db: TrafficDb,
  { connectionId, object, after }: { connectionId: string; object: CanonicalObject; after: string },
): Promise<{ records: PolledRecord[]; next: string | null }> {
  const ids = await sliceIds(db, connectionId, 'id > :edge ORDER BY id', Number(after), sliceSize / 5);
  if (ids.length === 0) return { records: [], next: null };
  const records = await readPolled(db, { connectionId, object, from: ids[0]!, to: ids.at(-1)! });
  return { records, next: String(ids.at(-1)) };
}

/** Those of these ids, in the order given. */
export async function polledByIds(db: TrafficDb, connectionId: string, eventIds: string[]): Promise<PolledRecord[]> {
  if (eventIds.length === 0) return [];
  const rows = await select<Row>(db.sequelize, `${columns} AND e.id IN (:ids)`, { connectionId, ids: eventIds.map(Number) });
  const opened = new Map((await Promise.all(rows.map((row) => open(db, connectionId, row)))).map((one) => [one.eventId, one]));
  return eventIds.flatMap((id) => opened.get(id) ?? []);
}

async function sliceIds({ sequelize }: TrafficDb, connectionId: string, which: string, edge: number, limit = sliceSize) {
  const rows = await select<{ id: number }>(
    sequelize,
    `SELECT id FROM integration_raw_events FORCE INDEX (integration_raw_events_by_connection)
     WHERE connection_id = :connectionId AND ${which} LIMIT :limit`,
    { connectionId, edge, limit },
  );
  return rows.map(({ id }) => id);
}

const columns = `SELECT e.id, e.company_id AS companyId, e.dedupe_hash AS dedupeHash, p.body, p.key_version AS keyVersion
  FROM integration_raw_events e LEFT JOIN integration_raw_payloads p
    ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
  WHERE e.connection_id = :connectionId AND e.source = 'poll'`;

async function readPolled(
  db: TrafficDb,
  range: { connectionId: string; object: CanonicalObject; from: number; to: number },
): Promise<PolledRecord[]> {
  const rows = await select<Row>(
    db.sequelize,
    `${columns} AND e.event_type = :object AND e.id BETWEEN :from AND :to ORDER BY e.id`,
    range,
  );
  return Promise.all(rows.map((row) => open(db, range.connectionId, row)));
}

interface Row {
  id: number;
  companyId: string;
  dedupeHash: Buffer;
  body: Buffer | null;
  keyVersion: number | null;
}

async function open(db: TrafficDb, connectionId: string, row: Row): Promise<PolledRecord> {
  const { id, companyId, dedupeHash, body, keyVersion } = row;
  const eventId = String(id);
  if (!body) return { eventId };
  const data = await openJson(db, companyId, payloadBinding(connectionId, dedupeHash), { body, keyVersion });
  return { eventId, raw: (data as { record: unknown }).record };
}
