import type { Transaction } from 'sequelize';
import { boundedKey, canonicalJson, sha256 } from '../hash.ts';
import { jsonText, select, sqlTime, write } from '../sql.ts';
import type { AppDb } from './context.ts';
import type { AuditEntry, AuditRow } from './stores/audit.ts';

export const chainOf = (companyId: string | null): string => companyId ?? 'platform';

const noHash = Buffer.alloc(32);

/**
 * Adds an entry to its company's chain, in the transaction of the change that it tells of: neither is there without the other. Call
 * it last, because it locks the chain's head until the commit.
 */
export async function appendAudit({ sequelize }: AppDb, entry: AuditEntry, transaction: Transaction): Promise<void> {
  const chain = chainOf(entry.companyId);
  const readHead = () =>
    select<{ sequence: number; hash: Buffer }>(
      sequelize,
      'SELECT sequence, hash FROM audit_chains WHERE chain = :chain FOR UPDATE',
      { chain },
      transaction,
    );
  let [head] = await readHead();
  if (!head) {
    await write(
      sequelize,
      'INSERT INTO audit_chains (chain, sequence, hash) VALUES (:chain, 0, :noHash) ON DUPLICATE KEY UPDATE chain = chain',
      { chain, noHash },
      transaction,
    );
    [head] = await readHead();
  }
  const row = {
    ...entry,
    subject: boundedKey(entry.subject),
    sequence: head!.sequence + 1,
    detail: JSON.parse(jsonText(entry.detail ?? {})) as Record<string, unknown>,
    from: entry.from ?? null,
    at: new Date(),
  };
  const hash = hashOf(row, head!.hash);
  await write(
    sequelize,
    `INSERT INTO audit_log (chain, sequence, company_id, actor, action, subject, outcome, detail, from_address, logged_at,
       previous_hash, hash)
     VALUES (:chain, :sequence, :companyId, :actor, :action, :subject, :outcome, :detail, :from, :at, :previousHash, :hash)`,
    { ...row, chain, detail: JSON.stringify(row.detail), at: sqlTime(row.at), previousHash: head!.hash, hash },
    transaction,
  );
  await write(
    sequelize,
    'UPDATE audit_chains SET sequence = :sequence, hash = :hash WHERE chain = :chain',
    { chain, sequence: row.sequence, hash },
    transaction,
  );
}

/** SHA-256 over the entry before and everything that this entry says, its place included. */
export function hashOf(row: Omit<AuditRow, 'previousHash' | 'hash'>, previousHash: Buffer): Buffer {
  const { sequence, companyId, actor, action, subject, outcome, detail, from, at } = row;
  const facts = { sequence, companyId, actor, action, subject, outcome, detail, from, at: at.toISOString() };
  return sha256(`${previousHash.toString('hex')}\n${canonicalJson(facts)}`);
}
