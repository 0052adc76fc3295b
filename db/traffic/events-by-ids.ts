import { select } from '../sql.ts';
import type { TrafficDb } from './context.ts';
import { openJson } from './payload.ts';
import { payloadBinding } from './store-batch.ts';
import type { EventState, StoredEvent } from './stores/events.ts';

/** `event` is absent when what came is past its retention. */
export interface KeptEvent {
  id: string;
  state: EventState;
  event?: StoredEvent;
}

export async function eventsByIds(db: TrafficDb, connectionId: string, ids: string[]): Promise<KeptEvent[]> {
  if (ids.length === 0) return [];
  const rows = await select<Row>(
    db.sequelize,
    `SELECT e.id, e.state, e.company_id AS companyId, e.source, e.event_type AS type, e.event_key AS \`key\`,
       e.dedupe_hash AS dedupeHash, e.occurred_at AS occurredAt, e.stored_at AS storedAt, p.body, p.key_version AS keyVersion
     FROM integration_raw_events e LEFT JOIN integration_raw_payloads p
       ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
     WHERE e.connection_id = :connectionId AND e.id IN (:ids) ORDER BY e.id`,
    { connectionId, ids: ids.map(Number) },
  );
  const opened = rows.map(async ({ state, companyId, dedupeHash, body, keyVersion, ...head }): Promise<KeptEvent> => {
    const id = String(head.id);
    if (!body) return { id, state };
    const data = await openJson(db, companyId, payloadBinding(connectionId, dedupeHash), { body, keyVersion });
    return { id, state, event: { ...head, id, data: data as StoredEvent['data'] } };
  });
  return Promise.all(opened);
}

type Row = Omit<StoredEvent, 'id' | 'data'> & {
  id: number;
  state: EventState;
  companyId: string;
  dedupeHash: Buffer;
  body: Buffer | null;
  keyVersion: number | null;
};
