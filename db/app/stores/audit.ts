import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit, chainOf, hashOf } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';

export interface AuditEntry {
  /** `null` for what concerns the platform and no company. */
  companyId: string | null;
  /** The id of the user or API key that acted, or `engine`. */
  actor: string;
  /** Noun and verb, for example `connection.pause`. */
  action: string;
  /** The id of what it was done to. */
  subject: string;
  outcome: 'done' | 'refused';
  /** Facts for the person who reads it; never a secret, a phone number or a body. */
  detail?: Record<string, unknown> | undefined;
  /** The address that the request came from. */
  from?: string | null | undefined;
}
/** Who acts, as callers of a change give it; the store fills in the rest of the entry. */
export type By = Pick<AuditEntry, 'actor' | 'from'>;

export interface AuditRow extends Required<Omit<AuditEntry, 'detail' | 'from'>> {
  /** Position in the company's chain, from 1. */
  sequence: number;
  detail: Record<string, unknown>;
  from: string | null;
  at: Date;
  /** Hex SHA-256 of the entry before; 64 zeros for the first. */
  previousHash: string;
  hash: string;
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** One chain, newest first: the company's, or the platform's own when `companyId` is `null`. */
  list(input: PageInput & { companyId: string | null }): Promise<Page<AuditRow>>;
  /** Walks a chain from its start. Answers the sequence of the first entry that does not fit, or `null` when all do. */
  firstBroken(companyId: string | null): Promise<number | null>;
}

export function auditStore(db: AppDb): AuditStore {
  return {
    append: (entry) => inTransaction(db.sequelize, (transaction) => appendAudit(db, entry, transaction)),

    async list({ companyId, cursor, limit }) {
      const before = numberBelow(cursor);
      const rows = await read('sequence < :before ORDER BY sequence DESC', { companyId, before, limit: limit + 1 });
      return cutPage(rows, limit, ({ sequence }) => String(sequence));
    },

    async firstBroken(companyId) {
      let previous = '0'.repeat(64);
      let last = 0;
      for (;;) {
        const rows = await read('sequence > :last ORDER BY sequence', { companyId, last, limit: 1_000 });
        for (const row of rows) {
          const hash = hashOf(row, Buffer.from(previous, 'hex')).toString('hex');
          if (row.sequence !== last + 1 || row.previousHash !== previous || row.hash !== hash) return row.sequence;
          previous = row.hash;
          last = row.sequence;
        }
        if (rows.length < 1_000) break;
      }
      // The head tells of entries that were cut from the chain's end.
      const [head] = await select<{ sequence: number }>(db.sequelize, 'SELECT sequence FROM audit_chains WHERE chain = :chain', {
        chain: chainOf(companyId),
      });
      return head && head.sequence !== last ? last + 1 : null;
    },
  };

  async function read(
    condition: string,
    { companyId, ...values }: { companyId: string | null; limit: number; before?: number; last?: number },
  ): Promise<AuditRow[]> {
    const rows = await select<Omit<AuditRow, 'detail' | 'previousHash' | 'hash'> & StoredForms>(
      db.sequelize,
      `SELECT sequence, company_id AS companyId, actor, action, subject, outcome, detail, from_address AS \`from\`,
         logged_at AS \`at\`, previous_hash AS previousHash, hash
       FROM audit_log WHERE chain = :chain AND ${condition} LIMIT :limit`,
      { chain: chainOf(companyId), ...values },
    );
    return rows.map((row) => ({
      ...row,
      detail: JSON.parse(row.detail),
      previousHash: row.previousHash.toString('hex'),
      hash: row.hash.toString('hex'),
    }));
  }
}

interface StoredForms {
  detail: string;
  previousHash: Buffer;
  hash: Buffer;
}
