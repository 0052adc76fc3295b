import type { Sequelize } from 'sequelize';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { addErased, deleteCounted, type Erasing } from '../../erasure/counts.ts';
import { deleteReceived } from './delete-received.ts';

const pageSize = 1_000;

/** Deletes everything that these connections ever sent or were asked. */
export async function eraseTrafficOf(sequelize: Sequelize, erasing: Erasing, connectionIds: string[]): Promise<void> {
  for (const connectionId of connectionIds) {
    await eraseEvents(sequelize, erasing, connectionId);
    for (const table of ['integration_logs', 'event_client_activity'])
      await deleteCounted(sequelize, erasing, { table, where: 'connection_id = :connectionId', values: { connectionId } });
  }
}

async function eraseEvents(sequelize: Sequelize, { erasureId, tick }: Erasing, connectionId: string): Promise<void> {
  for (let left = true; left;) {
    const page = await select<{ id: number }>(
      sequelize,
      `SELECT id FROM integration_raw_events WHERE connection_id = :connectionId ORDER BY id LIMIT ${pageSize}`,
      { connectionId },
    );
    left = page.length === pageSize;
    if (page.length === 0) return;
    const ids = page.map(({ id }) => id);
    await inTransaction(sequelize, async (transaction) => {
      await deleteReceived(sequelize, { erasureId, ids }, transaction);
      const table = 'integration_raw_events';
      const { affectedRows } = await write(sequelize, `DELETE FROM ${table} WHERE id IN (:ids)`, { ids }, transaction);
      await addErased(sequelize, erasureId, { table, deleted: affectedRows }, transaction);
    });
    tick();
  }
}
