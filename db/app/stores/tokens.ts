import type { Transaction } from 'sequelize';
import { boundedSentence } from '../../hash.ts';
import { elapsedMs, jsonText, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { openValues, sealValues } from '../token-values.ts';

/** Credentials with their times, all by the database's clock: no process's own decides when a token has ended. */
export interface StoredToken {
  tokenId: string;
  connectionId: string;
  companyId: string;
  /** The provider's auth kind that the values belong to. */
  kind: string;
  state: 'staged' | 'active';
  values: Record<string, string>;
  /** `null` when nobody was told. */
  scopes: string[] | null;
  /** Milliseconds until the access token ends; `null` when there is none, or when it does not end. */
  endsInMs: number | null;
  /** Whether new tokens should be asked for. */
  isDue: boolean;
  /** Why they can no longer be renewed. */
  lostReason: string | null;
}

export interface TokenFacts {
  id: string;
  kind: string;
  standing: 'staged' | 'active' | 'lost';
  scopes: string[] | null;
  givenAt: Date;
  /** `null` when there is no access token, or when it does not end. */
  expiresAt: Date | null;
  /** When the provider last gave new tokens. */
  renewedAt: Date | null;
  /** From when on new ones are asked for. */
  nextRenewalAt: Date | null;
  lostReason: string | null;
}

export type TokenRef = { tokenId: string } | { connectionId: string };

/** The right to ask the provider for new tokens, until somebody has a later one. */
export interface Lease {
  tokenId: string;
  fencing: number;
}

export interface ClaimInput {
  holder: string;
  leaseMs: number;
  /** An access token that the provider has just refused: new ones are due if it is still the one that is stored. */
  rejected?: string | undefined;
  /**
   * Set where asking twice is not harmless: an earlier lease that ended without its answer makes the tokens lost, with this sentence,
   * unless it asked within the last `graceMs`. `lateMs` are left to its holder from when somebody first finds it ended: after an outage
   * of the database the answer may be there, waiting to be kept.
   */
  once: { graceMs: number; sentence: string; lateMs: number } | null;
}

export interface NewTokens {
  values: Record<string, string>;
  scopes: string[];
  endsInMs: number;
  refreshInMs: number;
}

/** `held`: the provider asked for a pause, and nobody asks it before that is over. */
export type Claim = { got: 'lease'; lease: Lease } | { got: 'held'; forMs: number } | { got: 'taken' | 'not_due' | 'lost' };

/** One process at a time renews a set of credentials: a row lease, and a fencing number so that a late holder writes nothing. */
export interface TokenStore {
  /** By id, or the connection's in force. `null` when there is none that holds values. */
  read(ref: TokenRef): Promise<StoredToken | null>;
  /** All that the connection still holds: in force, and staged. */
  held(connectionId: string): Promise<StoredToken[]>;
  /** What people may know of them: never a value, which is not even opened. */
  facts(connectionId: string): Promise<TokenFacts[]>;
  claim(tokenId: string, input: ClaimInput): Promise<Claim>;
  /**
   * Writes down, before the provider is asked, that it will be; the lease begins anew. `null` when it is no longer ours: the provider
   * must not be asked.
   */
  beginAttempt(lease: Lease, leaseMs: number): Promise<Lease | null>;
  /** Keeps the new tokens and ends the lease. False when the lease is no longer ours, or the credentials were withdrawn meanwhile. */
  commit(lease: Lease, tokens: NewTokens): Promise<boolean>;
  /**
   * Ends the lease without new tokens, which the provider certainly did not give out, or gives out again. They are due after `dueInMs`
   * unless the old ones end before; nobody asks for the next `heldMs`, whoever needs them.
   */
  release(lease: Lease, times: { dueInMs: number; heldMs: number }): Promise<void>;
  /** Ends the lease for good: nobody asks with these credentials again. False when the lease is no longer ours. */
  lose(lease: Lease, sentence: string): Promise<boolean>;
}

/** A token is not used in its last moment: it would end on its way. */
const lastMomentMs = 1_000;
const inMs = (name: string) => `UTC_TIMESTAMP(3) + INTERVAL :${name} * 1000 MICROSECOND`;
const free = 'lease_holder = NULL, lease_until = NULL, refresh_attempted_at = NULL';
const ours = `id = :tokenId AND fencing = :fencing AND lost_reason IS NULL AND state IN ('staged', 'active')`;

interface Row {
  tokenId: string;
  connectionId: string;
  companyId: string;
  kind: string;
  state: 'staged' | 'active';
  ciphertext: Buffer;
  keyVersion: number;
  scopes: string | null;
  endsInMs: number | null;
  isDue: number;
  lostReason: string | null;
  leaseHolder: string | null;
  leaseEndsInMs: number | null;
  fencing: number;
  attemptedMsAgo: number | null;
}
const columns = `id AS tokenId, connection_id AS connectionId, company_id AS companyId, kind, state, ciphertext, key_version AS keyVersion,
  scopes, -(${elapsedMs('expires_at')}) AS endsInMs, lost_reason AS lostReason, fencing,
  (expires_at IS NULL OR refresh_at <= UTC_TIMESTAMP(3)
    OR expires_at <= UTC_TIMESTAMP(3) + INTERVAL ${lastMomentMs * 1_000} MICROSECOND) AS isDue,
  lease_holder AS leaseHolder, -(${elapsedMs('lease_until')}) AS leaseEndsInMs, ${elapsedMs('refresh_attempted_at')} AS attemptedMsAgo`;

export function tokenStore(db: AppDb): TokenStore {
  const { sequelize } = db;

  const find = async (ref: TokenRef, locked?: Transaction): Promise<Row | undefined> => {
    const where = 'tokenId' in ref ? 'id = :tokenId' : `connection_id = :connectionId AND state = 'active'`;
    const [row] = await select<Row>(
      sequelize,
      `SELECT ${columns} FROM integration_tokens
       WHERE ${where} AND state IN ('staged', 'active') AND ciphertext IS NOT NULL ORDER BY id DESC LIMIT 1${locked ? ' FOR UPDATE' : ''}`,
      ref,
      locked,
    );
    return row;
  };
  const values = (row: Row) => openValues(db, { ...row, id: row.tokenId });

  const outgoing = async (row: Row): Promise<StoredToken> => {
    const { tokenId, connectionId, companyId, kind, state, endsInMs, lostReason } = row;
    const scopes = row.scopes === null ? null : (JSON.parse(row.scopes) as string[]);
    const isDue = row.isDue === 1;
    return { tokenId, connectionId, companyId, kind, state, values: await values(row), scopes, endsInMs, isDue, lostReason };
  };

  const markLost = async ({ tokenId, fencing }: Lease, sentence: string, transaction: Transaction): Promise<boolean> => {
    const { affectedRows } = await write(
      sequelize,
      `UPDATE integration_tokens SET lost_reason = :reason, fencing = fencing + 1, ${free} WHERE ${ours}`,
      { tokenId, fencing, reason: boundedSentence(sentence) },
      transaction,
    );
    if (affectedRows === 0) return false;
    const [row] = await select<Pick<Row, 'connectionId' | 'companyId'>>(
      sequelize,
      'SELECT connection_id AS connectionId, company_id AS companyId FROM integration_tokens WHERE id = :tokenId',
      { tokenId },
      transaction,
    );
    const { connectionId, companyId } = row!;
    const entry = { companyId, actor: 'engine', action: 'credentials.lose' as const, subject: tokenId, outcome: 'done' as const };
    await appendAudit(db, { ...entry, detail: { connectionId, reason: sentence } }, transaction);
    return true;
  };

  return {
    async read(ref) {
      const row = await find(ref);
      return row ? outgoing(row) : null;
    },

    async held(connectionId) {
      const rows = await select<Row>(
        sequelize,
        `SELECT ${columns} FROM integration_tokens
         WHERE connection_id = :connectionId AND state IN ('staged', 'active') AND ciphertext IS NOT NULL ORDER BY id`,
        { connectionId },
      );
      return Promise.all(rows.map(outgoing));
    },

    async facts(connectionId) {
      const rows = await select<Omit<TokenFacts, 'scopes'> & { scopes: string | null }>(
        sequelize,
        `SELECT id, kind, IF(lost_reason IS NULL, state, 'lost') AS standing, scopes, created_at AS givenAt, expires_at AS expiresAt,
           renewed_at AS renewedAt, IF(lost_reason IS NULL, refresh_at, NULL) AS nextRenewalAt, lost_reason AS lostReason
         FROM integration_tokens
         WHERE connection_id = :connectionId AND state IN ('staged', 'active') AND ciphertext IS NOT NULL ORDER BY id DESC`,
        { connectionId },
      );
      return rows.map(({ scopes, ...row }) => ({ ...row, scopes: scopes === null ? null : (JSON.parse(scopes) as string[]) }));
    },

    claim: (tokenId, { holder, leaseMs, rejected, once }) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await find({ tokenId }, transaction);
        if (!row || row.lostReason !== null) return { got: 'lost' };
        if (row.leaseEndsInMs !== null && row.leaseEndsInMs > 0) {
          const isHeld = row.leaseHolder === null && row.attemptedMsAgo === null;
          return isHeld ? { got: 'held', forMs: row.leaseEndsInMs } : { got: 'taken' };
        }
        const isRejected = rejected !== undefined && (await values(row))['accessToken'] === rejected;
        if (row.isDue === 0 && !isRejected) return { got: 'not_due' };
        const { fencing } = row;
        if (once && row.attemptedMsAgo !== null && row.attemptedMsAgo >= once.graceMs) {
          if (row.leaseHolder !== null) {
            // The number stays, so that the late holder may still keep what it has; without its name the next who comes gives up.
            await write(
              sequelize,
              `UPDATE integration_tokens SET lease_holder = NULL, lease_until = ${inMs('lateMs')} WHERE id = :tokenId`,
              { tokenId, lateMs: once.lateMs },
              transaction,
            );
            return { got: 'taken' };
          }
          await markLost({ tokenId, fencing }, once.sentence, transaction);
          return { got: 'lost' };
        }
        await write(
          sequelize,
          `UPDATE integration_tokens SET lease_holder = :holder, lease_until = ${inMs('leaseMs')}, fencing = fencing + 1 WHERE id = :tokenId`,
          { tokenId, holder, leaseMs },
          transaction,
        );
        return { got: 'lease', lease: { tokenId, fencing: fencing + 1 } };
      }),

    async beginAttempt({ tokenId, fencing }, leaseMs) {
      // An attempt that is tried again within its grace keeps the time of the first; the number tells that a row was written at all.
      const { affectedRows } = await write(
        sequelize,
        `UPDATE integration_tokens SET refresh_attempted_at = COALESCE(refresh_attempted_at, UTC_TIMESTAMP(3)), fencing = fencing + 1,
           lease_until = ${inMs('leaseMs')}
         WHERE ${ours} AND lease_until > UTC_TIMESTAMP(3)`,
        { tokenId, fencing, leaseMs },
      );
      return affectedRows === 1 ? { tokenId, fencing: fencing + 1 } : null;
    },

    async commit({ tokenId, fencing }, { values: fresh, scopes, endsInMs, refreshInMs }) {
      const row = await find({ tokenId });
      if (!row) return false;
      const sealed = await sealValues(db, { ...row, id: tokenId }, fresh);
      const { affectedRows } = await write(
        sequelize,
        `UPDATE integration_tokens SET ciphertext = :ciphertext, key_version = :keyVersion, scopes = :scopes,
           expires_at = ${inMs('endsInMs')}, refresh_at = ${inMs('refreshInMs')}, renewed_at = UTC_TIMESTAMP(3), ${free}
         WHERE ${ours}`,
        { ...sealed, tokenId, fencing, scopes: jsonText(scopes), endsInMs, refreshInMs },
      );
      return affectedRows === 1;
    },

    async release({ tokenId, fencing }, { dueInMs, heldMs }) {
      await write(
        sequelize,
        `UPDATE integration_tokens SET refresh_at = ${inMs('dueInMs')}, lease_holder = NULL, lease_until = ${inMs('heldMs')},
           refresh_attempted_at = NULL WHERE ${ours}`,
        { tokenId, fencing, dueInMs, heldMs },
      );
    },

    lose: (lease, sentence) => inTransaction(sequelize, (transaction) => markLost(lease, sentence, transaction)),
  };
}
