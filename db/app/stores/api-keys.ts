import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '../../../domain/permissions.ts';
import { sha256 } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { ApiKeyRow } from '../models/tenants.ts';
import type { By } from './audit.ts';

export interface ApiKey {
  id: string;
  companyId: string | null;
  label: string;
  role: Role;
  /** The public part, to tell keys apart. */
  prefix: string;
  createdAt: Date;
  revokedAt: Date | null;
}
export type Caller = Pick<ApiKey, 'id' | 'companyId' | 'role'> & { userId: string | null };

export interface ApiKeyStore {
  /** `key` is `lw_<prefix>_<secret>`. Only its SHA-256 is kept: it is shown here once and never again. */
  create(
    input: { companyId: string | null; role: Role; label: string; userId?: string | null | undefined },
    audit: By,
  ): Promise<{ id: string; key: string }>;
  /** `null` for a key that is unknown or revoked. */
  authenticate(key: string): Promise<Caller | null>;
  /** Whether it was in force until now. */
  revoke(id: string, audit: By): Promise<boolean>;
  find(id: string): Promise<ApiKey | null>;
  list(input: PageInput & { companyId: string | null }): Promise<Page<ApiKey>>;
  countActive(): Promise<number>;
}

const keyForm = /^lw_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export function apiKeyStore(db: AppDb): ApiKeyStore {
  const { apiKeys } = db.models;
  return {
    create: ({ companyId, role, label, userId = null }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('apiKey');
        const prefix = randomBytes(6).toString('hex');
        const key = `lw_${prefix}_${randomBytes(32).toString('base64url')}`;
        await apiKeys.create(
          { id, companyId, userId, role, label, prefix, keyHash: sha256(key), createdAt: new Date() },
          { transaction },
        );
        await appendAudit(
          db,
          { ...audit, companyId, action: 'key.create', subject: id, outcome: 'done', detail: { role, label, prefix } },
          transaction,
        );
        return { id, key };
      }),

    async authenticate(key) {
      const prefix = keyForm.exec(key)?.[1];
      if (!prefix) return null;
      const row = await apiKeys.findOne({ where: { prefix } }).then(plainOrNull);
      if (!row || !timingSafeEqual(row.keyHash, sha256(key)) || row.revokedAt) return null;
      const { id, companyId, role, userId } = row;
      return { id, companyId, role, userId };
    },

    revoke: (id, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const row = await apiKeys.findByPk(id, { transaction, lock: true });
        if (!row || plain(row).revokedAt) return false;
        await row.update({ revokedAt: new Date() }, { transaction });
        const { companyId } = plain(row);
        await appendAudit(db, { ...audit, companyId, action: 'key.revoke', subject: id, outcome: 'done' }, transaction);
        return true;
      }),

    async find(id) {
      const row = await apiKeys.findByPk(id);
      return row && withoutHash(plain(row));
    },
    async list({ companyId, ...page }) {
      const { items, nextCursor } = await pageOf(apiKeys, { companyId }, page);
      return { items: items.map(withoutHash), nextCursor };
    },
    countActive: () => apiKeys.count({ where: { revokedAt: null } }),
  };
}

function withoutHash({ id, companyId, label, role, prefix, createdAt, revokedAt }: ApiKeyRow): ApiKey {
  return { id, companyId, label, role, prefix, createdAt, revokedAt };
}
