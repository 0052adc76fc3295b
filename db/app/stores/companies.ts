import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import { amongBelow, companiesAbove, companiesBelow, placeUnder, withBelow } from '../company-tree.ts';
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
  /** Since when nothing can be added to it: it is being erased, or was. */
  closedAt: Date | null;
}

export interface CompanyStore {
  /** Throws `Conflict` where the tree of companies would become too deep. */
  create(input: { name: string; timeZone: string; parentCompanyId?: string | null | undefined }, audit: By): Promise<Company>;
  /** Puts it with everything below it under another company, or at the top. Throws `Conflict` for a circle or too deep a tree. */
  move(id: string, parentCompanyId: string | null, audit: By): Promise<Company>;
  find(id: string): Promise<Company | null>;
  /** Ids of the companies over this one, the nearest first. */
  above(id: string): Promise<string[]>;
  /** Ids of everything under this one, without itself. */
  below(id: string): Promise<string[]>;
  /** Which of these companies are this one or under it. */
  amongBelow(id: string, companyIds: string[]): Promise<Set<string>>;
  /** With `companyId`, only that one and everything below it. */
  list(input: PageInput & { companyId?: string | undefined }): Promise<Page<Company>>;
}

export function companyStore(db: AppDb): CompanyStore {
  const { companies } = db.models;
  return {
    create: ({ name, timeZone, parentCompanyId = null }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('company');
        if (parentCompanyId) await placeUnder(db, { id }, parentCompanyId, transaction);
        const row = await companies.create(
          { id, name, timeZone, parentCompanyId, createdAt: new Date(), closedAt: null },
          { transaction },
        );
        const entry = { ...audit, subject: id, outcome: 'done' as const };
        // Not what it stands under, which its people do not know: that is told in the chain of the company above, which has no names.
        await appendAudit(db, { ...entry, companyId: id, action: 'company.create', after: { name, timeZone } }, transaction);
        if (parentCompanyId)
          await appendAudit(db, { ...entry, companyId: parentCompanyId, action: 'franchise.create' }, transaction);
        return plain(row);
      }),

    move: (id, parentCompanyId, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const row = await companies.findByPk(id, { transaction, lock: true });
        if (!row) throw new NotFound('company', id);
        const before = plain(row).parentCompanyId;
        if (before === parentCompanyId) throw new Conflict('The company stands there already.');
        if (parentCompanyId) await placeUnder(db, { id }, parentCompanyId, transaction);
        await row.update({ parentCompanyId }, { transaction });
        const detail = { from: before, to: parentCompanyId };
        await appendAudit(
          db,
          { ...audit, companyId: id, action: 'company.move', subject: id, outcome: 'done', detail },
          transaction,
        );
        return plain(row);
      }),

    find: async (id) => plainOrNull(await companies.findByPk(id)),
    above: (id) => companiesAbove(db, id),
    below: (id) => companiesBelow(db, id),
    amongBelow: (id, companyIds) => amongBelow(db, id, companyIds),

    async list({ companyId, ...page }) {
      if (companyId === undefined) return pageOf(companies, {}, page);
      const rows = await select<Company>(
        db.sequelize,
        `${withBelow} SELECT c.id, c.name, c.time_zone AS timeZone, c.parent_company_id AS parentCompanyId, c.created_at AS createdAt,
           c.closed_at AS closedAt
         FROM below b JOIN companies c ON c.id = b.id WHERE :cursor IS NULL OR c.id < :cursor ORDER BY c.id DESC LIMIT :limit`,
        { id: companyId, cursor: page.cursor ?? null, limit: page.limit + 1 },
      );
      return cutPage(rows, page.limit, ({ id }) => id);
    },
  };
}
