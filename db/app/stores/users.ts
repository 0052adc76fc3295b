import type { Role } from '../../../domain/permissions.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

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
}

export interface UserStore {
  create(input: Omit<User, 'id' | 'createdAt'>, audit: By): Promise<User>;
  find(id: string): Promise<User | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<User>>;
  /** Oldest first. `companyId` `null`: the platform's own people. */
  withRole(companyId: string | null, role: Role): Promise<User[]>;
}

export function userStore(db: AppDb): UserStore {
  const { users } = db.models;
  return {
    create: ({ companyId, name, email, phone, role }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('user');
        const row = await users.create({ id, companyId, name, email, phone, role, createdAt: new Date() }, { transaction });
        await appendAudit(
          db,
          { ...audit, companyId, action: 'user.create', subject: id, outcome: 'done', detail: { role } },
          transaction,
        );
        return plain(row);
      }),
    find: async (id) => plainOrNull(await users.findByPk(id)),
    list: ({ companyId, ...page }) => pageOf(users, { companyId }, page),
    withRole: async (companyId, role) => (await users.findAll({ where: { companyId, role }, order: [['id', 'ASC']] })).map(plain),
  };
}
