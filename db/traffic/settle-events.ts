import type { NormalizedEvent } from '../../domain/records.ts';
import { boundedKey } from '../hash.ts';
import { select, sqlTime, write, writeRows } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import type { TrafficDb } from './context.ts';
import { jsonKeeper } from './payload.ts';

interface Done {
  id: string;
  applied: boolean;
  normalized: NormalizedEvent[];
}

/** What binds a sealed meaning to its event. */
export const normalizedBinding = (connectionId: string, eventId: string, position: number) =>
  `${connectionId}:${eventId}:${position}`;

/** Marks a batch and keeps what it meant, in one transaction of at most three writes. An event that is settled stays as it is. */
export async function markApplied(db: TrafficDb, connectionId: string, done: Done[]): Promise<void> {
  if (done.length === 0) return;
  const { sequelize } = db;
  const keep = await jsonKeeper(db, await companiesOf(db, connectionId));
  await inTransaction(sequelize, async (transaction) => {
    // Only this connection's own events: an id from elsewhere marks and keeps nothing.
    const own = await select<{ id: number; companyId: string }>(
      sequelize,
      `SELECT id, company_id AS companyId FROM integration_raw_events WHERE connection_id = :connectionId AND id IN (:ids)
       ORDER BY id FOR UPDATE`,
      { connectionId, ids: done.map(({ id }) => Number(id)) },
      transaction,
    );
    const companies = new Map(own.map(({ id, companyId }) => [String(id), companyId]));
    const known = done.filter(({ id }) => companies.has(id));
    for (const state of ['applied', 'ignored'] as const) {
      const ids = known.filter(({ applied }) => applied === (state === 'applied')).map(({ id }) => Number(id));
      if (ids.length === 0) continue;
      await write(
        sequelize,
        `UPDATE integration_raw_events SET state = '${state}', settled_at = :now, code = NULL, sentence = NULL
         WHERE id IN (:ids) AND state IN ('stored', 'failed')`,
        { ids, now: sqlTime(new Date()) },
        transaction,
      );
    }
    const rows = known.flatMap(({ id, normalized }) =>
      normalized.map((event, position) => {
        const kept = keep(companies.get(id)!, normalizedBinding(connectionId, id, position), event);
        const facts = [event.kind, boundedKey(event.externalId), sqlTime(event.occurredAt)];
        return [Number(id), position, connectionId, ...facts, kept.body, kept.keyVersion];
      }),
    );
    if (rows.length === 0) return;
    await writeRows(
      `INSERT INTO integration_normalized_events (raw_event_id, position, connection_id, kind, external_id, occurred_at, body,
         key_version)
       VALUES ? ON DUPLICATE KEY UPDATE raw_event_id = VALUES(raw_event_id)`,
      rows,
      transaction,
    );
  });
}

/** The company of a connection's events, read before the transaction: fetching its key must not hold the rows locked. */
async function companiesOf({ sequelize }: TrafficDb, connectionId: string): Promise<string[]> {
  const rows = await select<{ companyId: string }>(
    sequelize,
    'SELECT company_id AS companyId FROM integration_raw_events WHERE connection_id = :connectionId LIMIT 1',
    { connectionId },
  );
  return rows.map(({ companyId }) => companyId);
}
