import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

export interface Company {
  id: string;
  name: string;
  /** An IANA name, for example `America/Chicago`. */
  timeZone: string;
  parentCompanyId: string | null;
  createdAt: Date;
}

export interface CompanyStore {
  create(input: { name: string; timeZone: string; parentCompanyId?: string | null | undefined }, audit: By): Promise<Company>;
  find(id: string): Promise<Company | null>;
  /** With `companyId`, only that one. */
  list(input: PageInput & { companyId?: string | undefined }): Promise<Page<Company>>;
}

export function companyStore(db: AppDb): CompanyStore {
  const { companies } = db.models;
  return {
    create: ({ name, timeZone, parentCompanyId = null }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('company');
        const row = await companies.create({ id, name, timeZone, parentCompanyId, createdAt: new Date() }, { transaction });
        await appendAudit(
          db,
          { ...audit, companyId: id, action: 'company.create', subject: id, outcome: 'done', detail: { name } },
          transaction,
        );
        return plain(row);
      }),
    find: async (id) => plainOrNull(await companies.findByPk(id)),
    list: ({ companyId, ...page }) =>
      companyId === undefined ? pageOf(companies, {}, page) : pageOf(companies, { id: companyId }, { limit: page.limit }),
  };
}
