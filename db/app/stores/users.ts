import type { AuditAction } from '../../../domain/audit-actions.ts';
import type { Role } from '../../../domain/permissions.ts';
import { Conflict, NotFound, isDuplicate } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';
import { moveLogin } from './passwords.ts';

export interface User {
  id: string;
  /** `null` for the platform's own people. */
  companyId: string | null;
  name: string;
  email: string;
  /** E.164; where incidents are told. */
  phone: string | null;
  role: Role;
  createdAt: Date;
  /** Since when neither keys nor tokens of this person are taken. */
  disabledAt: Date | null;
  /** Whose tokens speak for this person: `iss` and `sub`; both or none. */
  tokenIssuer: string | null;
  tokenSubject: string | null;
}
type Facts = Pick<User, 'name' | 'email' | 'phone' | 'role'>;

export interface UserStore {
  create(input: Facts & Pick<User, 'companyId'>, audit: By): Promise<User>;
  /** What is left out stays. Throws `NotFound`. */
  update(id: string, changes: Partial<Facts>, audit: By): Promise<User>;
  /** In force with the commit, for every process; forgets over which addresses the person was told. Repeating it is harmless. */
  disable(id: string, audit: By): Promise<User>;
  enable(id: string, audit: By): Promise<User>;
  /** `null` takes the link away. Throws `Conflict` when the tokens speak for another person already. */
  linkToken(id: string, token: { issuer: string; subject: string } | null, audit: By): Promise<User>;
  find(id: string): Promise<User | null>;
  /** Of ids of any kind, those of people, with their names. */
  names(ids: string[]): Promise<{ id: string; name: string }[]>;
  /** What those who act are called, by their id: people by their name, keys by their label. */
  actorNames(ids: string[]): Promise<Map<string, string>>;
  findByToken(token: { issuer: string; subject: string }): Promise<User | null>;
  /** Those with this number who are not disabled. */
  withPhone(phone: string): Promise<User[]>;
  list(input: PageInput & { companyId: string | null }): Promise<Page<User>>;
  /** Those who are not disabled, oldest first. `companyId` `null`: the platform's own people. */
  withRole(companyId: string | null, role: Role): Promise<User[]>;
}

export function userStore(db: AppDb): UserStore {
  const { users } = db.models;

  /** `detail` tells what changed, without what is personal. */
  const change = (
    id: string,
    action: AuditAction,
    audit: By,
    apply: (before: User) => [Partial<User>, Record<string, unknown>?],
  ) =>
    inTransaction(db.sequelize, async (transaction) => {
      const row = await users.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('user', id);
      const before = { ...plain(row) };
      const [changes, detail] = apply(before);
      if (Object.keys(changes).length === 0) return before;
      await row.update(changes, { transaction });
      if (changes.email !== undefined) await moveLogin(db.sequelize, { userId: id, email: changes.email }, transaction);
      if (changes.disabledAt)
        for (const table of ['notice_channels', 'notice_settings'])
          await write(db.sequelize, `DELETE FROM ${table} WHERE user_id = :id`, { id }, transaction);
      const { companyId } = before;
      const was = Object.fromEntries(Object.keys(changes).map((field) => [field, before[field as keyof User]]));
      const values = { before: was, after: { ...changes } };
      await appendAudit(db, { ...audit, companyId, action, subject: id, outcome: 'done', detail, ...values }, transaction);
      return plain(row);
    });

  return {
    create: ({ companyId, name, email, phone, role }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('user');
        const none = { disabledAt: null, tokenIssuer: null, tokenSubject: null };
        const row = await users.create(
          { id, companyId, name, email, phone, role, createdAt: new Date(), ...none },
          { transaction },
        );
        const facts = { detail: { role }, after: { name, email, phone, role } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'user.create', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return plain(row);
      }),

    update: (id, changes, audit) =>
      change(id, 'user.update', audit, (before) => {
        const changed = (Object.keys(changes) as (keyof Facts)[]).filter((field) => changes[field] !== before[field]);
        const roles = changed.includes('role') && { before: { role: before.role }, after: { role: changes.role } };
        return [Object.fromEntries(changed.map((field) => [field, changes[field]])), { changed, ...roles }];
      }),
    disable: (id, audit) => change(id, 'user.disable', audit, ({ disabledAt }) => [disabledAt ? {} : { disabledAt: new Date() }]),
    enable: (id, audit) => change(id, 'user.enable', audit, ({ disabledAt }) => [disabledAt ? { disabledAt: null } : {}]),

    async linkToken(id, token, audit) {
      const changes = { tokenIssuer: token?.issuer ?? null, tokenSubject: token?.subject ?? null };
      try {
        return await change(id, 'user.link', audit, () => [changes, { linked: token !== null }]);
      } catch (error) {
        if (isDuplicate(error)) throw new Conflict('These tokens speak for another person already: unlink them there first.');
        throw error;
      }
    },

    find: async (id) => plainOrNull(await users.findByPk(id)),
    names: async (ids) => (await users.findAll({ where: { id: ids } })).map(plain).map(({ id, name }) => ({ id, name })),
    async actorNames(ids) {
      if (ids.length === 0) return new Map();
      const rows = await select<{ id: string; name: string }>(
        db.sequelize,
        'SELECT id, name FROM users WHERE id IN (:ids) UNION ALL SELECT id, label AS name FROM api_keys WHERE id IN (:ids)',
        { ids },
      );
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    findByToken: async ({ issuer, subject }) =>
      plainOrNull(await users.findOne({ where: { tokenIssuer: issuer, tokenSubject: subject } })),
    withPhone: async (phone) => (await users.findAll({ where: { phone, disabledAt: null }, order: [['id', 'ASC']] })).map(plain),
    list: ({ companyId, ...page }) => pageOf(users, { companyId }, page),
    withRole: async (companyId, role) =>
      (await users.findAll({ where: { companyId, role, disabledAt: null }, order: [['id', 'ASC']] })).map(plain),
  };
}
