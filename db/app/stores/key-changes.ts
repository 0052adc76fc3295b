import type { Sequelize, Transaction } from 'sequelize';
import type { KeyChangeStore, KeyOrder } from '../../../keys/key-changes.ts';
import type { WrappedKey } from '../../../keys/key-store.ts';
import type { KeyPlace } from '../../../keys/master-key.ts';
import { fixedScopes, lastingScopes } from '../../../keys/scopes.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit, appendAuditOnce } from '../audit-chain.ts';
import { keyStore } from './data-keys.ts';

/** What a rotation changes in the rows of keys. */
export function keyChangeStore(sequelize: Sequelize): KeyChangeStore {
  const count = async (sql: string): Promise<number> => (await select<{ found: number }>(sequelize, sql, {}))[0]!.found;
  return {
    ...keyStore(sequelize),

    activateMasterKey: ({ id, check }, { by, rotation }) =>
      inTransaction(sequelize, async (transaction) => {
        const [active] = await select<{ id: string }>(
          sequelize,
          'SELECT id FROM master_keys WHERE active_mark = 1 FOR UPDATE',
          {},
          transaction,
        );
        if (active?.id === id) return;
        const others = `UPDATE master_keys SET state = 'previous', active_mark = NULL WHERE active_mark = 1 AND id <> :id`;
        await write(sequelize, others, { id }, transaction);
        await write(
          sequelize,
          `INSERT INTO master_keys (id, state, active_mark, check_value, derives_first) VALUES (:id, 'active', 1, :check, 0)
           ON DUPLICATE KEY UPDATE state = 'active', active_mark = 1, retired_at = NULL`,
          { id, check },
          transaction,
        );
        const entry = { companyId: null, actor: by, action: 'keys.activate', subject: rotation, outcome: 'done' } as const;
        await appendAudit({ sequelize }, { ...entry, detail: { masterKeyId: id, before: active?.id ?? null } }, transaction);
      }),

    wrappedByOthers: (masterKeyId, limit) =>
      select<WrappedKey>(
        sequelize,
        `SELECT scope, version, master_key_id AS masterKeyId, wrapped FROM data_keys
         WHERE master_key_id <> :masterKeyId AND wrapped IS NOT NULL ORDER BY scope, version LIMIT :limit`,
        { masterKeyId, limit },
      ),

    async replaceWrapped({ scope, version, masterKeyId, wrapped }, was) {
      await write(
        sequelize,
        `UPDATE data_keys SET wrapped = :wrapped, master_key_id = :masterKeyId
         WHERE scope = :scope AND version = :version AND master_key_id = :wasId AND wrapped IS NOT NULL`,
        { scope, version, masterKeyId, wrapped, wasId: was.masterKeyId },
      );
    },

    notMadeBy: (rotation, limit) =>
      select<KeyPlace>(
        sequelize,
        `SELECT scope, version FROM data_keys
         WHERE current_scope IS NOT NULL AND scope NOT IN (:fixedScopes) AND (rotation IS NULL OR rotation <> :rotation)
         ORDER BY scope LIMIT :limit`,
        { rotation, limit, fixedScopes },
      ),

    supersede: (key, was, rotation) =>
      inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE data_keys SET state = 'superseded', current_scope = NULL WHERE current_scope = :scope AND version = :version`,
          { ...was },
          transaction,
        );
        if (affectedRows === 0) return;
        await write(
          sequelize,
          `INSERT INTO data_keys (scope, version, state, current_scope, master_key_id, wrapped, rotation)
           VALUES (:scope, :version, 'current', :scope, :masterKeyId, :wrapped, :rotation)`,
          { ...key, rotation },
          transaction,
        );
      }),

    async putBack(rotation, limit) {
      const made = await select<KeyPlace>(
        sequelize,
        'SELECT scope, version FROM data_keys WHERE rotation = :rotation AND current_scope IS NOT NULL ORDER BY scope LIMIT :limit',
        { rotation, limit },
      );
      for (const place of made) await inTransaction(sequelize, (transaction) => putBackOne(place, transaction));
      return made.length;
    },

    retireSuperseded: (order) =>
      inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE data_keys SET state = 'retired', wrapped = NULL, retired_at = UTC_TIMESTAMP(3)
           WHERE state = 'superseded' AND scope NOT IN (:lastingScopes)`,
          { lastingScopes },
          transaction,
        );
        await tellRetired('data', order, transaction);
        return affectedRows;
      }),

    countWrappedByPrevious: () =>
      count(
        `SELECT COUNT(*) AS found FROM data_keys k JOIN master_keys m ON m.id = k.master_key_id
         WHERE k.wrapped IS NOT NULL AND m.state <> 'active'`,
      ),

    retirePreviousMasterKeys: (order) =>
      inTransaction(sequelize, async (transaction) => {
        const sql = `UPDATE master_keys SET state = 'retired', retired_at = UTC_TIMESTAMP(3) WHERE state = 'previous'`;
        await write(sequelize, sql, {}, transaction);
        await tellRetired('master', order, transaction);
      }),
  };

  /** Told when there was nothing to retire too, and once when it is done again because its answer was lost. */
  async function tellRetired(kind: 'master' | 'data', { by, rotation }: KeyOrder, transaction: Transaction): Promise<void> {
    const entry = { companyId: null, actor: by, action: 'keys.retired', subject: rotation, outcome: 'done' } as const;
    await appendAuditOnce({ sequelize }, { ...entry, detail: { kind } }, transaction);
  }

  async function putBackOne({ scope, version }: KeyPlace, transaction: Transaction): Promise<void> {
    await write(
      sequelize,
      `UPDATE data_keys SET state = 'superseded', current_scope = NULL WHERE current_scope = :scope AND version = :version`,
      { scope, version },
      transaction,
    );
    await write(
      sequelize,
      `UPDATE data_keys SET state = 'current', current_scope = :scope
       WHERE scope = :scope AND version < :version AND state = 'superseded' ORDER BY version DESC LIMIT 1`,
      { scope, version },
      transaction,
    );
  }
}
