import { randomBytes } from 'node:crypto';
import { judgeSession, sessionTimes, type SessionFacts } from '../../../domain/session.ts';
import type { Role } from '../../../domain/permissions.ts';
import { sha256 } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { elapsedMs, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';
import type { User } from './users.ts';

export type SignInMethod = 'password' | 'link' | 'oidc';
export interface Session {
  id: string;
  userId: string;
  companyId: string | null;
  role: Role;
  method: SignInMethod;
  /** Milliseconds since the person signed in. */
  ageMs: number;
}
/** `newToken`: the browser is to be given this in place of its cookie. */
export type SessionCheck =
  { session: Session; newToken: string | null } | { refused: 'unknown' | 'over' | 'stolen' | 'disabled' };

export interface SessionStore {
  /** `token` is what the cookie holds; only its SHA-256 is kept. */
  begin(person: Pick<User, 'id' | 'companyId'>, method: SignInMethod, audit: By): Promise<{ id: string; token: string }>;
  /** Read from the database each time, so that signing out and disabling hold at once, for every process. */
  authenticate(token: string): Promise<SessionCheck>;
  /** Whether it has not ended since it was last shown. */
  isLive(id: string): Promise<boolean>;
  end(id: string, person: Pick<User, 'id' | 'companyId'>, audit: By): Promise<void>;
  /** All of a person's, but `exceptId`. Answers how many there were. */
  endAll(person: Pick<User, 'id' | 'companyId'>, input: { exceptId?: string }, audit: By): Promise<{ ended: number }>;
}

const tokenForm = /^[A-Za-z0-9_-]{43}$/;
const newToken = () => randomBytes(32).toString('base64url');
const columns = `s.id, s.user_id AS userId, s.method, u.company_id AS companyId, u.role,
  u.disabled_at IS NOT NULL AS isDisabled, ${elapsedMs('s.created_at')} AS createdMs, ${elapsedMs('s.last_seen_at')} AS lastSeenMs,
  ${elapsedMs('s.rotated_at')} AS rotatedMs, ${elapsedMs('s.confirmed_at')} AS confirmedMs, DATE_FORMAT(s.rotated_at, '%Y-%m-%d %H:%i:%s.%f') AS rotation`;
type Row = Omit<SessionFacts, 'shows'> &
  Pick<Session, 'id' | 'userId' | 'companyId' | 'role' | 'method'> & {
    isDisabled: number;
    shows: SessionFacts['shows'];
    rotation: string;
  };

export function sessionStore(db: AppDb): SessionStore {
  const { sequelize } = db;
  const by = (column: 'token_hash' | 'previous_hash', shows: SessionFacts['shows']) =>
    `SELECT ${columns}, '${shows}' AS shows FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.${column} = :hash`;
  const find = async (hash: Buffer): Promise<Row | undefined> => {
    const sql = `${by('token_hash', 'current')} UNION ALL ${by('previous_hash', 'previous')}`;
    return (await select<Row>(sequelize, sql, { hash }))[0];
  };
  const remove = (id: string) => write(sequelize, 'DELETE FROM sessions WHERE id = :id', { id });

  /** `null` when another request of the same browser was quicker: that one's answer carries the cookie. */
  async function rotate({ id, rotation }: Row, shown: Buffer): Promise<string | null> {
    const token = newToken();
    const { affectedRows } = await write(
      sequelize,
      `UPDATE sessions SET previous_hash = :shown, token_hash = :hash, rotated_at = UTC_TIMESTAMP(3), confirmed_at = NULL,
         last_seen_at = UTC_TIMESTAMP(3) WHERE id = :id AND rotated_at = :rotation`,
      { id, shown, hash: sha256(token), rotation },
    );
    return affectedRows === 1 ? token : null;
  }

  async function seen({ id, shows, confirmedMs, lastSeenMs }: Row): Promise<void> {
    const isFirst = shows === 'current' && confirmedMs === null;
    if (!isFirst && lastSeenMs < 60_000) return;
    const confirmed = isFirst ? ', confirmed_at = UTC_TIMESTAMP(3)' : '';
    await write(sequelize, `UPDATE sessions SET last_seen_at = UTC_TIMESTAMP(3)${confirmed} WHERE id = :id`, { id });
  }

  return {
    begin: ({ id: userId, companyId }, method, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const [id, token] = [newId('session'), newToken()];
        await write(
          sequelize,
          `DELETE FROM sessions WHERE last_seen_at < UTC_TIMESTAMP(3) - INTERVAL ${sessionTimes.idleMs / 1_000} SECOND LIMIT 100`,
          {},
          transaction,
        );
        await write(
          sequelize,
          `INSERT INTO sessions (id, user_id, method, token_hash, created_at, last_seen_at, rotated_at)
           VALUES (:id, :userId, :method, :hash, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
          { id, userId, method, hash: sha256(token) },
          transaction,
        );
        const entry = { companyId, action: 'session.begin' as const, subject: userId, outcome: 'done' as const };
        await appendAudit(db, { ...audit, ...entry, detail: { session: id, method } }, transaction);
        return { id, token };
      }),

    async authenticate(token) {
      const hash = sha256(token);
      const row = tokenForm.test(token) ? await find(hash) : undefined;
      if (!row) return { refused: 'unknown' };
      const verdict = judgeSession(row);
      if (verdict === 'over' || verdict === 'stolen') {
        await remove(row.id);
        return { refused: verdict };
      }
      if (row.isDisabled) return { refused: 'disabled' };
      const { id, userId, companyId, role, method, createdMs } = row;
      const session = { id, userId, companyId, role, method, ageMs: createdMs };
      if (verdict === 'rotate') return { session, newToken: await rotate(row, hash) };
      await seen(row);
      return { session, newToken: null };
    },

    isLive: async (id) => (await select(sequelize, 'SELECT id FROM sessions WHERE id = :id', { id })).length === 1,

    end: (id, { id: userId, companyId }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        await write(sequelize, 'DELETE FROM sessions WHERE id = :id', { id }, transaction);
        const entry = { companyId, action: 'session.end' as const, subject: userId, outcome: 'done' as const };
        await appendAudit(db, { ...audit, ...entry, detail: { session: id } }, transaction);
      }),

    endAll: ({ id: userId, companyId }, { exceptId = '' }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const sql = 'DELETE FROM sessions WHERE user_id = :userId AND id <> :exceptId';
        const { affectedRows: ended } = await write(sequelize, sql, { userId, exceptId }, transaction);
        const entry = { companyId, action: 'session.end_all' as const, subject: userId, outcome: 'done' as const };
        await appendAudit(db, { ...audit, ...entry, detail: { ended } }, transaction);
        return { ended };
      }),
  };
}
