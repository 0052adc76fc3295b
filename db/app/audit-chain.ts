import { randomBytes } from 'node:crypto';
import type { Sequelize, Transaction } from 'sequelize';
import { boundedKey, canonicalJson, sha256 } from '../hash.ts';
import { jsonText, select, sqlTime, write } from '../sql.ts';
import type { AppDb } from './context.ts';
import type { AuditEntry, AuditRow, PersonalPart } from './stores/audit.ts';

export const chainOf = (companyId: string | null): string => companyId ?? 'platform';

const noHash = Buffer.alloc(32);
/** The form of new entries. Form 1 had the address and everything else in clear under the hash. */
const form = 2;

/** Whoever adds to the chain waits for it. */
export function lockHead(sequelize: Sequelize, chain: string, transaction: Transaction) {
  return select<{ sequence: number; hash: Buffer }>(
    sequelize,
    'SELECT sequence, hash FROM audit_chains WHERE chain = :chain FOR UPDATE',
    { chain },
    transaction,
  );
}

/**
 * Adds an entry to its company's chain, in the transaction of the change that it tells of: neither is there without the other. Call
 * it last, because it locks the chain's head until the commit.
 */
export async function appendAudit(
  { sequelize }: Pick<AppDb, 'sequelize'>,
  entry: AuditEntry,
  transaction: Transaction,
): Promise<void> {
  const chain = chainOf(entry.companyId);
  const readHead = () => lockHead(sequelize, chain, transaction);
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
  const { companyId, actor, action, outcome, detail = {} } = entry;
  const personal = personalPartOf(entry);
  const row = {
    form,
    sequence: head!.sequence + 1,
    companyId,
    actor,
    action,
    subject: boundedKey(entry.subject),
    outcome,
    detail: JSON.parse(jsonText(detail)) as Record<string, unknown>,
    from: null,
    at: new Date(),
    personalHash: personal && personalHash(personal),
  };
  const hash = hashOf(row, head!.hash);
  await write(
    sequelize,
    `INSERT INTO audit_log (chain, sequence, company_id, actor, action, subject, outcome, detail, logged_at, previous_hash, hash,
       form, personal_hash)
     VALUES (:chain, :sequence, :companyId, :actor, :action, :subject, :outcome, :detail, :at, :previousHash, :hash, :form,
       :personalHash)`,
    {
      ...row,
      chain,
      detail: JSON.stringify(row.detail),
      at: sqlTime(row.at),
      previousHash: head!.hash,
      hash,
      personalHash: row.personalHash && Buffer.from(row.personalHash, 'hex'),
    },
    transaction,
  );
  if (personal)
    await write(
      sequelize,
      'INSERT INTO audit_personal (chain, sequence, salt, body) VALUES (:chain, :sequence, :salt, :body)',
      { chain, sequence: row.sequence, salt: Buffer.from(personal.salt, 'hex'), body: JSON.stringify(personal.body) },
      transaction,
    );
  await write(
    sequelize,
    'UPDATE audit_chains SET sequence = :sequence, hash = :hash WHERE chain = :chain',
    { chain, sequence: row.sequence, hash },
    transaction,
  );
}

/**
 * Adds the entry unless the chain has one, of `since` or later, that says exactly the same: for what is done again because its answer was
 * lost, and for what is looked at again and again.
 */
export async function appendAuditOnce(
  db: Pick<AppDb, 'sequelize'>,
  entry: AuditEntry,
  transaction: Transaction,
  since?: Date,
): Promise<void> {
  const chain = chainOf(entry.companyId);
  // Locked before it is read: of two attempts at once, the second sees what the first has written.
  await lockHead(db.sequelize, chain, transaction);
  const { action, subject, actor, outcome, detail = {} } = entry;
  const told = await select<Pick<AuditRow, 'actor' | 'outcome'> & { detail: string }>(
    db.sequelize,
    `SELECT actor, outcome, detail FROM audit_log
     WHERE chain = :chain AND subject = :subject AND action = :action ${since ? 'AND logged_at >= :since' : ''}`,
    { chain, subject: boundedKey(subject), action, ...(since && { since: sqlTime(since) }) },
    transaction,
  );
  const same = (row: (typeof told)[number]) =>
    row.actor === actor && row.outcome === outcome && canonicalJson(JSON.parse(row.detail)) === canonicalJson(detail);
  if (!told.some(same)) await appendAudit(db, entry, transaction);
}

/** `null` when the entry has nothing that an erasure would have to take. */
function personalPartOf({ from, before, after }: AuditEntry): PersonalPart | null {
  const body = { ...(from && { from }), ...(before && { before }), ...(after && { after }) };
  if (Object.keys(body).length === 0) return null;
  return { salt: randomBytes(32).toString('hex'), body: JSON.parse(jsonText(body)) as PersonalPart['body'] };
}

export function personalHash({ salt, body }: PersonalPart): string {
  return sha256(`${salt}\n${canonicalJson(body)}`).toString('hex');
}

/** SHA-256 over the entry before and everything that this entry says, its place included; of a personal part, over its hash. */
export function hashOf(
  row: Pick<AuditRow, 'form' | 'sequence' | 'companyId' | 'actor' | 'action' | 'subject' | 'outcome' | 'detail' | 'at'> &
    Pick<AuditRow, 'from' | 'personalHash'>,
  previousHash: Buffer,
): Buffer {
  const { sequence, companyId, actor, action, subject, outcome, detail, from } = row;
  const facts = { sequence, companyId, actor, action, subject, outcome, detail, at: row.at.toISOString() };
  const whole = row.form === 1 ? { ...facts, from } : { ...facts, form: row.form, personal: row.personalHash };
  return sha256(`${previousHash.toString('hex')}\n${canonicalJson(whole)}`);
}
