import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { addErased, type Erasing } from '../../erasure/counts.ts';
import { erasePersonRows, type PersonRule } from '../../erasure/person-rows.ts';
import type { ErasureScope } from '../../erasure/scope.ts';
import type { TrafficDb } from '../context.ts';
import { openJson } from '../payload.ts';
import { normalizedBinding } from '../settle-events.ts';
import { payloadBinding } from '../store-batch.ts';
import { deleteReceived } from './delete-received.ts';

/** What is in the clear; what is sealed is opened and looked through apart. */
export const trafficPersonRules: PersonRule[] = [
  { table: 'integration_raw_events', per: 'connection', texts: ['sentence'] },
  { table: 'integration_logs', per: 'connection', texts: ['path', 'note'] },
  { table: 'event_client_activity', per: 'connection', texts: ['sentence'] },
];

export interface PersonErased {
  /** Events that mention the person and have yet to be applied: what they say (a STOP, perhaps) must not be lost. */
  waiting: number;
}

const pageSize = 500;

interface EventRow {
  id: number;
  companyId: string;
  connectionId: string;
  state: 'stored' | 'applied' | 'ignored' | 'failed';
  dedupeHash: Buffer;
  body: Buffer | null;
  keyVersion: number | null;
}

/** Deletes what was received about the person, with what it meant, and takes the person out of sentences. Events stay as numbers. */
export async function eraseTrafficPerson(
  db: TrafficDb,
  erasing: Erasing,
  { scope, mentions }: { scope: ErasureScope; mentions: RegExp },
): Promise<PersonErased> {
  const { sequelize } = db;
  await erasePersonRows(sequelize, erasing, { rules: trafficPersonRules, scope, mentions });
  let waiting = 0;
  for (const connectionId of scope.own)
    for (let after = 0; ;) {
      const page = await select<EventRow>(
        sequelize,
        `SELECT e.id, e.company_id AS companyId, e.connection_id AS connectionId, e.state, e.dedupe_hash AS dedupeHash, p.body,
           p.key_version AS keyVersion
         FROM integration_raw_events e FORCE INDEX (integration_raw_events_by_connection) LEFT JOIN integration_raw_payloads p
           ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
         WHERE e.connection_id = :connectionId AND e.id > :after ORDER BY e.id LIMIT ${pageSize}`,
        { connectionId, after },
      );
      if (page.length === 0) break;
      after = page.at(-1)!.id;
      const found = await aboutThem(page);
      waiting += found.filter(({ state }) => state === 'stored').length;
      await remove(found.filter(({ state }) => state !== 'stored').map(({ id }) => id));
      erasing.tick();
    }
  return { waiting };

  async function aboutThem(page: EventRow[]): Promise<EventRow[]> {
    const meanings = await select<{ eventId: number; position: number; body: Buffer; keyVersion: number | null }>(
      sequelize,
      `SELECT raw_event_id AS eventId, position, body, key_version AS keyVersion FROM integration_normalized_events
       WHERE raw_event_id IN (:ids)`,
      { ids: page.map(({ id }) => id) },
    );
    const found: EventRow[] = [];
    for (const event of page) {
      const { id, companyId, connectionId, dedupeHash, body, keyVersion } = event;
      const texts = await Promise.all([
        body && openJson(db, companyId, payloadBinding(connectionId, dedupeHash), { body, keyVersion }),
        ...meanings
          .filter(({ eventId }) => eventId === id)
          .map(({ position, ...kept }) => openJson(db, companyId, normalizedBinding(connectionId, String(id), position), kept)),
      ]);
      if (JSON.stringify(texts).search(mentions) >= 0) found.push(event);
    }
    return found;
  }

  /** A failed event can no longer be tried again: it is closed, and the queue hears of it when a person retries its item. */
  async function remove(ids: number[]): Promise<void> {
    if (ids.length === 0) return;
    await inTransaction(sequelize, async (transaction) => {
      await deleteReceived(sequelize, { erasureId: erasing.erasureId, ids }, transaction);
      const table = 'integration_raw_events';
      const { affectedRows } = await write(
        sequelize,
        `UPDATE ${table} SET state = 'ignored', code = NULL, sentence = 'Erased with the person it told of.'
         WHERE id IN (:ids) AND state = 'failed'`,
        { ids },
        transaction,
      );
      await addErased(sequelize, erasing.erasureId, { table, changed: affectedRows }, transaction);
    });
  }
}
