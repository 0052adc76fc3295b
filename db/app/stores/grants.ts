import type { GrantedPermission } from '../../../domain/permissions.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

/** A permission that no role has, given to one person or key. */
export interface Grant {
  id: string;
  /** Where it holds. */
  companyId: string;
  /** Id of the user or API key. A person's grant holds for their keys and tokens. */
  holder: string;
  permission: GrantedPermission;
  reason: string;
  grantedBy: string;
  grantedAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

export interface GrantStore {
  create(input: Pick<Grant, 'companyId' | 'holder' | 'permission' | 'reason' | 'expiresAt'>, audit: By): Promise<Grant>;
  find(id: string): Promise<Grant | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<Grant>>;
  /** Whether one of the holders may do this in the company now, by the database's clock. */
  holds(input: { companyId: string; holders: string[]; permission: GrantedPermission }): Promise<boolean>;
  /** Repeating it is harmless. */
  revoke(id: string, audit: By): Promise<void>;
}

export function grantStore(db: AppDb): GrantStore {
  const { grants } = db.models;
  return {
    create: (input, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('grant');
        const made = { ...input, id, grantedBy: audit.actor, grantedAt: new Date(), revokedAt: null };
        const row = await grants.create(made, { transaction });
        const { companyId, holder, permission, reason, expiresAt } = input;
        // A person's own words may name somebody: they stand in the part that an erasure can take.
        const facts = { detail: { holder, permission, expiresAt }, after: { reason } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'grant.create', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return plain(row);
      }),

    find: async (id) => plainOrNull(await grants.findByPk(id)),
    list: ({ companyId, ...page }) => pageOf(grants, { companyId }, page),

    async holds({ companyId, holders, permission }) {
      const rows = await select(
        db.sequelize,
        `SELECT 1 FROM permission_grants WHERE holder IN (:holders) AND company_id = :companyId AND permission = :permission
           AND revoked_at IS NULL AND expires_at > UTC_TIMESTAMP(3) LIMIT 1`,
        { companyId, holders, permission },
      );
      return rows.length > 0;
    },

    revoke: (id, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const row = await grants.findByPk(id, { transaction, lock: true });
        if (!row || plain(row).revokedAt) return;
        await row.update({ revokedAt: new Date() }, { transaction });
        const { companyId, holder } = plain(row);
        await appendAudit(
          db,
          { ...audit, companyId, action: 'grant.revoke', subject: id, outcome: 'done', detail: { holder } },
          transaction,
        );
      }),
  };
}
