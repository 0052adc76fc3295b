import { randomBytes, timingSafeEqual } from 'node:crypto';
import { lowerOf, type Role } from '../../../domain/permissions.ts';
import { sha256 } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain } from '../models/table.ts';
import type { ApiKeyRow } from '../models/tenants.ts';
import type { By } from './audit.ts';

export interface ApiKey {
  id: string;
  companyId: string | null;
  /** The person whose key it is, if it is a person's. */
  userId: string | null;
  label: string;
  role: Role;
  /** The public part, to tell keys apart. */
  prefix: string;
  createdAt: Date;
  /** `null` for one without an end. */
  expiresAt: Date | null;
  /** To the minute. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}
export type Caller = Pick<ApiKey, 'id' | 'companyId' | 'role' | 'userId'>;

/** `unknown` also stands for a wrong secret: only who has the whole key is told more. */
export type KeyRefusal = 'unknown' | 'revoked' | 'expired' | 'disabled';
export type KeyCheck = { caller: Caller } | { refused: KeyRefusal };

export interface ApiKeyStore {
  /** `key` is `lw_<prefix>_<secret>`. Only its SHA-256 is kept: it is shown here once and never again. */
  create(
    input: {
      companyId: string | null;
      role: Role;
      label: string;
      userId?: string | null | undefined;
      expiresAt?: Date | null | undefined;
    },
    audit: By,
  ): Promise<{ id: string; key: string }>;
  /** Read from the database each time, so that whatever takes a key out of force holds at once, for every process. */
  authenticate(key: string): Promise<KeyCheck>;
  /** Whether it was in force until now. */
  revoke(id: string, audit: By): Promise<boolean>;
  find(id: string): Promise<ApiKey | null>;
  list(input: PageInput & { companyId: string | null }): Promise<Page<ApiKey>>;
  countActive(): Promise<number>;
}

const keyForm = /^lw_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const useIsOld = 'last_used_at IS NULL OR last_used_at < UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE';

export function apiKeyStore(db: AppDb): ApiKeyStore {
  const { apiKeys } = db.models;
  return {
    create: ({ companyId, role, label, userId = null, expiresAt = null }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('apiKey');
        const prefix = randomBytes(6).toString('hex');
        const key = `lw_${prefix}_${randomBytes(32).toString('base64url')}`;
        await apiKeys.create(
          { id, companyId, userId, role, label, prefix, keyHash: sha256(key), createdAt: new Date(), expiresAt },
          { transaction },
        );
        const facts = { detail: { role, prefix, expiresAt }, after: { label, role, userId } };
        await appendAudit(db, { ...audit, companyId, action: 'key.create', subject: id, outcome: 'done', ...facts }, transaction);
        return { id, key };
      }),

    async authenticate(key) {
      const prefix = keyForm.exec(key)?.[1];
      if (!prefix) return { refused: 'unknown' };
      const [row] = await select<CheckRow>(
        db.sequelize,
        `SELECT k.id, k.company_id AS companyId, k.user_id AS userId, k.role, k.key_hash AS keyHash, u.role AS personRole,
           k.revoked_at IS NOT NULL AS isRevoked, k.expires_at <= UTC_TIMESTAMP(3) AS isExpired,
           u.disabled_at IS NOT NULL AS isDisabled, ${useIsOld} AS useIsOld
         FROM api_keys k LEFT JOIN users u ON u.id = k.user_id WHERE k.prefix = :prefix`,
        { prefix },
      );
      if (!row || !timingSafeEqual(row.keyHash, sha256(key))) return { refused: 'unknown' };
      if (row.isRevoked) return { refused: 'revoked' };
      if (row.isExpired) return { refused: 'expired' };
      if (row.isDisabled) return { refused: 'disabled' };
      const { id, companyId, userId } = row;
      if (row.useIsOld)
        await write(db.sequelize, `UPDATE api_keys SET last_used_at = UTC_TIMESTAMP(3) WHERE id = :id AND (${useIsOld})`, { id });
      return { caller: { id, companyId, userId, role: row.personRole ? lowerOf(row.role, row.personRole) : row.role } };
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
    async countActive() {
      const [row] = await select<{ keys: number }>(
        db.sequelize,
        'SELECT COUNT(*) AS `keys` FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP(3))',
        {},
      );
      return row!.keys;
    },
  };
}

/** The servers answer a condition with 0 or 1, and `null` where it compares with nothing. */
type CheckRow = Caller & {
  keyHash: Buffer;
  personRole: Role | null;
  isRevoked: number;
  isExpired: number | null;
  isDisabled: number;
  useIsOld: number;
};

function withoutHash(row: ApiKeyRow): ApiKey {
  const { id, companyId, userId, label, role, prefix, createdAt, expiresAt, lastUsedAt, revokedAt } = row;
  return { id, companyId, userId, label, role, prefix, createdAt, expiresAt, lastUsedAt, revokedAt };
}
