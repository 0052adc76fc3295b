import type { Sequelize, Transaction } from 'sequelize';
import { addErased } from '../../erasure/counts.ts';
import { write } from '../../sql.ts';

/** Deletes what came with these events and what it meant. Payloads are found by their event: they have no index by connection. */
export async function deleteReceived(
  sequelize: Sequelize,
  { erasureId, ids }: { erasureId: string; ids: number[] },
  transaction: Transaction,
): Promise<void> {
  const statements = {
    integration_raw_payloads: `DELETE p FROM integration_raw_events e STRAIGHT_JOIN integration_raw_payloads p
       ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
     WHERE e.id IN (:ids)`,
    integration_normalized_events: 'DELETE FROM integration_normalized_events WHERE raw_event_id IN (:ids)',
  };
  for (const [table, sql] of Object.entries(statements)) {
    const { affectedRows } = await write(sequelize, sql, { ids }, transaction);
    await addErased(sequelize, erasureId, { table, deleted: affectedRows }, transaction);
  }
}
