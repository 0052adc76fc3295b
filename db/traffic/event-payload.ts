import { select } from '../sql.ts';
import type { TrafficDb } from './context.ts';
import { openJson } from './payload.ts';
import { payloadBinding } from './store-batch.ts';

/** An event by its own id, whatever its connection. */
export interface EventHead {
  id: string;
  companyId: string;
  connectionId: string;
  type: string;
  receivedAt: Date;
}

export async function findEvent({ sequelize }: TrafficDb, id: string): Promise<EventHead | null> {
  const [row] = await select<Omit<EventHead, 'id'>>(
    sequelize,
    `SELECT company_id AS companyId, connection_id AS connectionId, event_type AS type, received_at AS receivedAt
     FROM integration_raw_events WHERE id = :id`,
    { id: Number(id) },
  );
  return row ? { id, ...row } : null;
}

/** What came, opened. `null` when it is past its retention, or the event is not known. */
export async function openPayload(db: TrafficDb, id: string): Promise<{ payload: unknown } | null> {
  const [row] = await select<PayloadRow>(
    db.sequelize,
    `SELECT e.company_id AS companyId, e.connection_id AS connectionId, e.dedupe_hash AS dedupeHash, p.body,
       p.key_version AS keyVersion
     FROM integration_raw_events e JOIN integration_raw_payloads p
       ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
     WHERE e.id = :id`,
    { id: Number(id) },
  );
  if (!row) return null;
  const { companyId, connectionId, dedupeHash, body, keyVersion } = row;
  return { payload: await openJson(db, companyId, payloadBinding(connectionId, dedupeHash), { body, keyVersion }) };
}

interface PayloadRow {
  companyId: string;
  connectionId: string;
  dedupeHash: Buffer;
  body: Buffer;
  keyVersion: number | null;
}
