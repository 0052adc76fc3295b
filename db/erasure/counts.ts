import type { Sequelize, Transaction } from 'sequelize';
import type { ErasedTable } from '../../domain/erasure.ts';
import { ddl } from '../ddl.ts';
import { select, write, type Values } from '../sql.ts';
import { inTransaction } from '../transaction.ts';

/** In both databases: a count stands in the transaction of what it counts, so that a receipt is exact also after a crash. */
export const erasureCounts = `CREATE TABLE IF NOT EXISTS erasure_counts (
      erasure_id ${ddl.id} NOT NULL,
      table_name ${ddl.key} NOT NULL,
      deleted BIGINT UNSIGNED NOT NULL,
      changed BIGINT UNSIGNED NOT NULL COMMENT 'Rows that stay without what was personal',
      PRIMARY KEY (erasure_id, table_name)
    ) ${ddl.options}`;

/** One erasure at work. `tick` is called with each transaction. */
export interface Erasing {
  erasureId: string;
  tick(): void;
}

/** Rows deleted in one transaction. */
const chunkSize = 1_000;

export async function addErased(
  sequelize: Sequelize,
  erasureId: string,
  { table, deleted = 0, changed = 0 }: Partial<ErasedTable> & Pick<ErasedTable, 'table'>,
  transaction: Transaction,
): Promise<void> {
  if (deleted + changed === 0) return;
  await write(
    sequelize,
    `INSERT INTO erasure_counts (erasure_id, table_name, deleted, changed) VALUES (:erasureId, :table, :deleted, :changed)
     ON DUPLICATE KEY UPDATE deleted = deleted + VALUES(deleted), changed = changed + VALUES(changed)`,
    { erasureId, table, deleted, changed },
    transaction,
  );
}

/** Deletes what `where` picks, a chunk in each transaction. */
export async function deleteCounted(
  sequelize: Sequelize,
  { erasureId, tick }: Erasing,
  { table, where, values }: { table: string; where: string; values: Values },
): Promise<void> {
  for (let deleted = chunkSize; deleted === chunkSize;) {
    deleted = await inTransaction(sequelize, async (transaction) => {
      const sql = `DELETE FROM ${table} WHERE ${where} LIMIT ${chunkSize}`;
      const { affectedRows } = await write(sequelize, sql, values, transaction);
      await addErased(sequelize, erasureId, { table, deleted: affectedRows }, transaction);
      return affectedRows;
    });
    tick();
  }
}

export function readErased(sequelize: Sequelize, erasureId: string): Promise<ErasedTable[]> {
  return select(
    sequelize,
    'SELECT table_name AS `table`, deleted, changed FROM erasure_counts WHERE erasure_id = :erasureId ORDER BY table_name',
    { erasureId },
  );
}
