import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { Conflict, isDuplicate } from '../../errors.ts';
import { sha256 } from '../../hash.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { hashPassword, isPasswordOf } from '../password-hash.ts';
import type { By } from './audit.ts';
import type { User } from './users.ts';

/** By what a person proves who they are, before there is a session: a password, or a link that is good once. */
export interface PasswordStore {
  /** Throws `Conflict` when another person signs in with that e-mail address. */
  set(user: Pick<User, 'id' | 'companyId' | 'email'>, password: string, audit: By): Promise<void>;
  /**
   * Whether the password is the login's, after the same time whether the login is unknown or the password wrong. `userId` is whose login
   * it is, `null` where nobody's: with a wrong password that is for the audit log alone, and never for an answer.
   */
  check(login: string, password: string): Promise<{ userId: string; isRight: boolean } | { userId: null; isRight: false }>;
  isSet(userId: string): Promise<boolean>;
  /** A secret for a link, good once and for `validForMs`. Those that the person was given before are no longer good. */
  createLink(
    user: Pick<User, 'id' | 'companyId'>,
    input: { validForMs: number },
    audit: By,
  ): Promise<{ token: string; expiresAt: Date }>;
  /** Whose link it is: `null` when it was used, has expired, or never was. */
  useLink(token: string): Promise<{ userId: string } | null>;
}

export const loginOf = (email: string) => email.trim().toLowerCase();

/** What nobody's password is compared with when a login is unknown, so that the answer takes as long. */
let nobodys: Promise<string> | undefined;

export function passwordStore(db: AppDb): PasswordStore {
  const { sequelize } = db;
  return {
    async set({ id, companyId, email }, password, audit) {
      const hash = await hashPassword(password);
      try {
        await inTransaction(sequelize, async (transaction) => {
          await write(sequelize, 'DELETE FROM user_passwords WHERE user_id = :id', { id }, transaction);
          await write(
            sequelize,
            'INSERT INTO user_passwords (user_id, login, hash, set_at) VALUES (:id, :login, :hash, UTC_TIMESTAMP(3))',
            { id, login: loginOf(email), hash },
            transaction,
          );
          await appendAudit(db, { ...audit, companyId, action: 'user.password', subject: id, outcome: 'done' }, transaction);
        });
      } catch (error) {
        throw isDuplicate(error) ? new Conflict(loginTaken) : error;
      }
    },

    async check(login, password) {
      const [row] = await select<{ userId: string; hash: string }>(
        sequelize,
        'SELECT user_id AS userId, hash FROM user_passwords WHERE login = :login',
        { login: loginOf(login) },
      );
      nobodys ??= hashPassword(randomBytes(16).toString('hex'));
      const isRight = await isPasswordOf(row?.hash ?? (await nobodys), password);
      return row ? { userId: row.userId, isRight } : { userId: null, isRight: false };
    },

    async isSet(userId) {
      const rows = await select(sequelize, 'SELECT 1 FROM user_passwords WHERE user_id = :userId', { userId });
      return rows.length > 0;
    },

    async createLink({ id, companyId }, { validForMs }, audit) {
      const token = randomBytes(32).toString('base64url');
      await inTransaction(sequelize, async (transaction) => {
        await write(
          sequelize,
          'DELETE FROM sign_in_links WHERE user_id = :id OR expires_at < UTC_TIMESTAMP(3)',
          { id },
          transaction,
        );
        await write(
          sequelize,
          `INSERT INTO sign_in_links (token_hash, user_id, expires_at)
           VALUES (:hash, :id, UTC_TIMESTAMP(3) + INTERVAL :seconds SECOND)`,
          { hash: sha256(token), id, seconds: Math.round(validForMs / 1_000) },
          transaction,
        );
        await appendAudit(db, { ...audit, companyId, action: 'user.sign_in_link', subject: id, outcome: 'done' }, transaction);
      });
      return { token, expiresAt: new Date(Date.now() + validForMs) };
    },

    useLink: (token) =>
      inTransaction(sequelize, async (transaction) => {
        const hash = sha256(token);
        const [row] = await select<{ userId: string }>(
          sequelize,
          'SELECT user_id AS userId FROM sign_in_links WHERE token_hash = :hash AND expires_at > UTC_TIMESTAMP(3) FOR UPDATE',
          { hash },
          transaction,
        );
        if (!row) return null;
        await write(sequelize, 'DELETE FROM sign_in_links WHERE token_hash = :hash', { hash }, transaction);
        return row;
      }),
  };
}

export const loginTaken =
  'Another person signs in with this e-mail address: change it there or here, because a login is of one person alone.';

/** A person's login is their e-mail address, so it goes with it. */
export async function moveLogin(
  sequelize: AppDb['sequelize'],
  { userId, email }: { userId: string; email: string },
  transaction: Transaction,
): Promise<void> {
  try {
    const sql = 'UPDATE user_passwords SET login = :login WHERE user_id = :userId';
    await write(sequelize, sql, { userId, login: loginOf(email) }, transaction);
  } catch (error) {
    throw isDuplicate(error) ? new Conflict(loginTaken) : error;
  }
}
