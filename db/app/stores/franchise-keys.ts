import type { FranchiseKeys } from '../../../domain/franchise.ts';
import { NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { type Page, type PageInput, cutPage } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import { amongBelow } from '../company-tree.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import type { By } from './audit.ts';

export interface FranchiseKey {
  id: string;
  /** What a record says where its mapping looks for the franchise. */
  value: string;
  /** `null` once the key was taken away. */
  companyId: string | null;
  companyName: string | null;
  changedBy: string;
  changedAt: Date;
}
export interface ChangedKey {
  id: string;
  value: string;
  companyId: string | null;
  /** The company that it named until now. */
  before: string | null;
}

export interface FranchiseKeyStore {
  /** Of these values, the ones that name a company, and whether that still stands under the connection's own. */
  inForce(connection: { id: string; companyId: string }, values: string[]): Promise<FranchiseKeys>;
  /** Newest first. */
  list(input: PageInput & { connectionId: string }): Promise<Page<FranchiseKey>>;
  /**
   * Makes each value name its company, or nobody (`null`), with one audit row. It holds for records that are seen for the first time
   * from now on: those that are stored stay whose they are. Answers what changed; repeating it changes nothing.
   */
  change(input: { connectionId: string; keys: { value: string; companyId: string | null }[] }, audit: By): Promise<ChangedKey[]>;
}

export function franchiseKeyStore(db: AppDb): FranchiseKeyStore {
  const { sequelize } = db;
  return {
    async inForce({ id, companyId }, values) {
      if (values.length === 0) return new Map();
      const rows = await select<{ value: string; companyId: string }>(
        sequelize,
        `SELECT key_value AS value, company_id AS companyId FROM franchise_keys
         WHERE connection_id = :id AND key_value IN (:values) AND company_id IS NOT NULL`,
        { id, values },
      );
      const franchises = await amongBelow(db, companyId, [...new Set(rows.map((row) => row.companyId))]);
      return new Map(rows.map((row) => [row.value, { companyId: row.companyId, isFranchise: franchises.has(row.companyId) }]));
    },

    async list({ connectionId, cursor = null, limit }) {
      const rows = await select<FranchiseKey>(
        sequelize,
        `SELECT k.id, k.key_value AS value, k.company_id AS companyId, c.name AS companyName, k.changed_by AS changedBy,
           k.changed_at AS changedAt
         FROM franchise_keys k LEFT JOIN companies c ON c.id = k.company_id
         WHERE k.connection_id = :connectionId AND (:cursor IS NULL OR k.id < :cursor) ORDER BY k.id DESC LIMIT :limit`,
        { connectionId, cursor, limit: limit + 1 },
      );
      return cutPage(rows, limit, ({ id }) => id);
    },

    change: ({ connectionId, keys }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        // The connection's row is the lock: two who change the same key at once do so in turn.
        const connection = await db.models.connections.findByPk(connectionId, { transaction, lock: true });
        if (!connection) throw new NotFound('connection', connectionId);
        const stored = await select<{ id: string; value: string; companyId: string | null }>(
          sequelize,
          `SELECT id, key_value AS value, company_id AS companyId FROM franchise_keys
           WHERE connection_id = :connectionId AND key_value IN (:values)`,
          { connectionId, values: keys.map(({ value }) => value) },
          transaction,
        );
        const known = new Map(stored.map((key) => [key.value, key]));
        const changed = keys
          .map(({ value, companyId }) => {
            const key = known.get(value);
            return { id: key?.id ?? newId('franchiseKey'), value, companyId, before: key?.companyId ?? null };
          })
          .filter(({ companyId, before }) => companyId !== before);
        if (changed.length === 0) return changed;
        await write(
          sequelize,
          `INSERT INTO franchise_keys (id, connection_id, key_value, company_id, changed_by, changed_at) VALUES :rows
           ON DUPLICATE KEY UPDATE company_id = VALUES(company_id), changed_by = VALUES(changed_by),
             changed_at = VALUES(changed_at)`,
          {
            rows: changed.map(({ id, value, companyId }) => [
              id,
              connectionId,
              value,
              companyId,
              audit.actor,
              sqlTime(new Date()),
            ]),
          },
          transaction,
        );
        const { companyId } = plain(connection);
        const detail = { keys: changed.map(({ id, before, companyId: after }) => ({ id, before, after })) };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'franchise_keys.change', subject: connectionId, outcome: 'done', detail },
          transaction,
        );
        return changed;
      }),
  };
}
