import type { AuditAction } from '../../../domain/audit-actions.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { select, sqlTime } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit, appendAuditOnce, chainOf } from '../audit-chain.ts';
import { isErasedByUs, type ErasedPart } from '../erased-entry.ts';
import type { AppDb } from '../context.ts';
import { verifyChain, type ChainMark, type Verified } from '../verify-chain.ts';

type Facts = Record<string, unknown>;

export interface AuditEntry {
  /** `null` for what concerns the platform and no company. */
  companyId: string | null;
  /** The id of the user or API key that acted, or `engine`. */
  actor: string;
  action: AuditAction;
  /** The id of what it was done to. */
  subject: string;
  /** `asked`: a command was given to a workflow; the change that it makes has a row of its own. */
  outcome: 'asked' | 'done' | 'refused';
  /** Ids, codes and counts, which stay for ever; never a secret, a name, a phone number or what a person typed. */
  detail?: Facts | undefined;
  /** What the changed fields were and became, secrets as `changed`. Goes with an erasure, as `from` does. */
  before?: Facts | undefined;
  after?: Facts | undefined;
  /** The address that the request came from. */
  from?: string | null | undefined;
}
/** Who acts, as callers of a change give it; the store fills in the rest of the entry. */
export type By = Pick<AuditEntry, 'actor' | 'from'>;

/** What an erasure takes out of an entry; the chain hashes its salted hash. */
export interface PersonalPart {
  /** 32 random bytes, hex. */
  salt: string;
  body: { from?: string; before?: Facts; after?: Facts };
}

/** An entry as it stands in its chain. Hashes are hex SHA-256. */
export interface AuditRow extends Required<Pick<AuditEntry, 'companyId' | 'actor' | 'subject' | 'outcome'>> {
  /** Whatever stands there: somebody may have edited it. */
  action: string;
  /** What the hash covers; see the column. */
  form: number;
  /** Position in the company's chain, from 1. */
  sequence: number;
  detail: Facts;
  /** The address, in entries of form 1 only; later ones have it in `personal`. */
  from: string | null;
  at: Date;
  personalHash: string | null;
  /** `null` when there was none, or when it was erased. */
  personal: PersonalPart | null;
  /** What an erasure left in its place. */
  erased: ErasedPart | null;
  /** Of the entry before; 64 zeros for the first. */
  previousHash: string;
  hash: string;
}
/** An entry as people read it. */
export type AuditView = Omit<AuditRow, 'form' | 'personal' | 'personalHash' | 'erased'> & {
  before: Facts | null;
  after: Facts | null;
  /** Whether address, before and after were taken by an erasure. */
  erased: boolean;
};

/** Everything that is given must fit. */
export interface AuditFilter {
  actor?: string | undefined;
  /** An action, or what it is done to: `connection.pause` or `connection`. */
  action?: string | undefined;
  outcome?: AuditEntry['outcome'] | undefined;
  /** Done to the connection itself, or to something of it. */
  connectionId?: string | undefined;
  /** The first moment, included, and the last, not included. */
  from?: Date | undefined;
  to?: Date | undefined;
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** Adds the entry unless the chain has one, of `since` or later, that says exactly the same. */
  appendOnce(entry: AuditEntry, since?: Date): Promise<void>;
  /** One chain, newest first: the company's, or the platform's own when `companyId` is `null`. */
  list(input: PageInput & { companyId: string | null } & AuditFilter): Promise<Page<AuditView>>;
  /** The name of every chain that has entries or a head, from behind `after` on. */
  chains(input: { after: string; limit: number }): Promise<string[]>;
  /** A chain's entries in order, read a thousand at a time. Both ends are included. */
  walk(chain: string, range?: { first: number; last: number }): AsyncGenerator<AuditRow>;
  /** The first and the last entry of a period, and the mark before the first; `null` when nothing was logged in it. */
  period(chain: string, from: Date, to: Date): Promise<{ first: number; last: number; after: ChainMark } | null>;
  /** Walks a chain from its start. `anchors` are in order. */
  verify(chain: string, anchors?: ChainMark[]): Promise<Verified>;
}

const pageSize = 1_000;

export function auditStore(db: AppDb): AuditStore {
  const { sequelize } = db;

  async function* walk(chain: string, { first, last } = { first: 1, last: Number.MAX_SAFE_INTEGER }) {
    for (let before = first - 1; ;) {
      const rows = await read('l.sequence > :before AND l.sequence <= :last ORDER BY l.sequence', {
        chain,
        before,
        last,
        limit: pageSize,
      });
      yield* rows;
      if (rows.length < pageSize) return;
      before = rows.at(-1)!.sequence;
    }
  }

  return {
    append: (entry) => inTransaction(sequelize, (transaction) => appendAudit(db, entry, transaction)),

    appendOnce: (entry, since) => inTransaction(sequelize, (transaction) => appendAuditOnce(db, entry, transaction, since)),

    async list({ companyId, cursor, limit, ...filter }) {
      const { conditions, values } = conditionsOf(filter);
      const paging = { chain: chainOf(companyId), before: numberBelow(cursor), limit: limit + 1 };
      const where = ['l.sequence < :before', ...conditions].join(' AND ');
      const rows = await read(`${where} ORDER BY l.sequence DESC`, { ...values, ...paging });
      return cutPage(rows.map(viewOf), limit, ({ sequence }) => String(sequence));
    },

    async chains({ after, limit }) {
      const rows = await select<{ chain: string }>(
        sequelize,
        `SELECT chain FROM audit_chains WHERE chain > :after UNION SELECT DISTINCT chain FROM audit_log WHERE chain > :after
         ORDER BY chain LIMIT :limit`,
        { after, limit },
      );
      return rows.map(({ chain }) => chain);
    },
    walk,

    async period(chain, from, to) {
      // By place: the clocks of two processes may differ, and an entry between two others must not be left out.
      const [ends] = await select<{ first: number | null; last: number | null }>(
        sequelize,
        `SELECT MIN(sequence) AS first, MAX(sequence) AS last FROM audit_log
         WHERE chain = :chain AND logged_at >= :from AND logged_at < :to`,
        { chain, from: sqlTime(from), to: sqlTime(to) },
      );
      if (!ends?.first || !ends.last) return null;
      const { first, last } = { first: ends.first, last: ends.last };
      const [row] = await select<{ hash: Buffer }>(
        sequelize,
        'SELECT previous_hash AS hash FROM audit_log WHERE chain = :chain AND sequence = :first',
        { chain, first },
      );
      return { first, last, after: { sequence: first - 1, hash: row!.hash.toString('hex') } };
    },

    async verify(chain, anchors = []) {
      // Head and last entry by one statement, which sees both of one moment; what is added meanwhile waits for the next time.
      const [ends] = await select<{ sequence: number | null; hash: Buffer | null; last: number | null }>(
        sequelize,
        `SELECT c.sequence, c.hash, l.last FROM (SELECT MAX(sequence) AS last FROM audit_log WHERE chain = :chain) l
         LEFT JOIN audit_chains c ON c.chain = :chain`,
        { chain },
      );
      const last = Math.max(ends!.last ?? 0, ends!.sequence ?? 0);
      const { sequence, hash } = { sequence: ends!.sequence ?? 0, hash: ends!.hash ?? Buffer.alloc(32) };
      return verifyChain({
        rows: walk(chain, { first: 1, last }),
        head: markOf({ sequence, hash }),
        anchors,
        isErasure: (row, erased) => isErasedByUs(db.keyring, row, erased),
      });
    },
  };

  async function read(condition: string, values: Record<string, unknown>): Promise<AuditRow[]> {
    const rows = await select<StoredRow>(
      sequelize,
      `SELECT l.form, l.sequence, l.company_id AS companyId, l.actor, l.action, l.subject, l.outcome, l.detail,
         l.from_address AS \`from\`, l.logged_at AS \`at\`, l.previous_hash AS previousHash, l.hash, l.personal_hash AS personalHash,
         p.salt, p.body, p.erased_seal AS seal, p.seal_version AS version
       FROM audit_log l LEFT JOIN audit_personal p ON p.chain = l.chain AND p.sequence = l.sequence
       WHERE l.chain = :chain AND ${condition} LIMIT :limit`,
      values,
    );
    return rows.map(({ detail, previousHash, hash, personalHash, salt, body, seal, version, ...row }) => ({
      ...row,
      detail: JSON.parse(detail) as Facts,
      personalHash: personalHash && personalHash.toString('hex'),
      personal:
        salt && body !== null && !seal ? { salt: salt.toString('hex'), body: JSON.parse(body) as PersonalPart['body'] } : null,
      erased: seal && version !== null ? { seal: seal.toString('base64'), version } : null,
      previousHash: previousHash.toString('hex'),
      hash: hash.toString('hex'),
    }));
  }
}

/** By place in the chain, newest first, until the page is full: what fits seldom is looked for in the whole chain. */
function conditionsOf({ actor, action, outcome, connectionId, from, to }: AuditFilter) {
  const conditions = [
    actor !== undefined && 'l.actor = :actor',
    action !== undefined && "(l.action = :action OR LEFT(l.action, CHAR_LENGTH(:action) + 1) = CONCAT(:action, '.'))",
    outcome !== undefined && 'l.outcome = :outcome',
    connectionId !== undefined && `(l.subject = :connectionId OR JSON_VALUE(l.detail, '$.connectionId') = :connectionId)`,
    from !== undefined && 'l.logged_at >= :from',
    to !== undefined && 'l.logged_at < :to',
  ].filter((condition) => condition !== false);
  const times = { ...(from && { from: sqlTime(from) }), ...(to && { to: sqlTime(to) }) };
  return { conditions, values: { actor, action, outcome, connectionId, ...times } };
}

export function viewOf(row: AuditRow): AuditView {
  const { companyId, actor, action, subject, outcome, detail, sequence, at, previousHash, hash, personal } = row;
  const { from = row.from, before = null, after = null } = personal?.body ?? {};
  const stands = { companyId, actor, action, subject, outcome, detail, sequence, at, previousHash, hash };
  return { ...stands, from, before, after, erased: row.erased !== null };
}

interface StoredMark {
  sequence: number;
  hash: Buffer;
}
const markOf = ({ sequence, hash }: StoredMark): ChainMark => ({ sequence, hash: hash.toString('hex') });

type StoredRow = Omit<AuditRow, 'detail' | 'previousHash' | 'hash' | 'personal' | 'personalHash' | 'erased'> & {
  detail: string;
  previousHash: Buffer;
  hash: Buffer;
  personalHash: Buffer | null;
  salt: Buffer | null;
  body: string | null;
  seal: Buffer | null;
  version: number | null;
};
