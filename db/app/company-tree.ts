import type { Transaction } from 'sequelize';
import { levelsMax, whyNotUnder } from '../../domain/company-tree.ts';
import { Conflict, NotFound } from '../errors.ts';
import { select } from '../sql.ts';
import type { AppDb } from './context.ts';

/** A walk ends after as many levels as a tree may have: rows that were put into a circle by hand make no endless one. */
const step = (name: string, join: string) => `WITH RECURSIVE ${name} (id, parent_company_id, level) AS (
    SELECT id, parent_company_id, 0 FROM companies WHERE id = :id
    UNION ALL
    SELECT c.id, c.parent_company_id, t.level + 1 FROM ${name} t JOIN companies c ON ${join} WHERE t.level < ${levelsMax}
  )`;

/** Before a statement that reads `below`: the company and everything under it, found by companies_by_parent. */
export const withBelow = step('below', 'c.parent_company_id = t.id');
const withAbove = step('above', 'c.id = t.parent_company_id');

/** The companies over this one, the nearest first. */
export async function companiesAbove({ sequelize }: AppDb, id: string): Promise<string[]> {
  const rows = await select<{ id: string }>(sequelize, `${withAbove} SELECT id FROM above WHERE level > 0 ORDER BY level`, {
    id,
  });
  return rows.map((row) => row.id);
}

export async function companiesBelow({ sequelize }: AppDb, id: string): Promise<string[]> {
  const rows = await select<{ id: string }>(sequelize, `${withBelow} SELECT id FROM below WHERE level > 0 ORDER BY level, id`, {
    id,
  });
  return rows.map((row) => row.id);
}

/** Which of these companies are this one or under it: along the line of each, because a large tree is wide. */
export async function amongBelow({ sequelize }: AppDb, id: string, companyIds: string[]): Promise<Set<string>> {
  if (companyIds.length === 0) return new Set();
  const rows = await select<{ id: string }>(
    sequelize,
    `WITH RECURSIVE line (id, at, level) AS (
       SELECT id, id, 0 FROM companies WHERE id IN (:companyIds)
       UNION ALL
       SELECT line.id, c.parent_company_id, line.level + 1 FROM line JOIN companies c ON c.id = line.at
       WHERE line.at <> :id AND c.parent_company_id IS NOT NULL AND line.level < ${levelsMax}
     )
     SELECT DISTINCT id FROM line WHERE at = :id`,
    { id, companyIds },
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Throws `NotFound` or `Conflict` unless `company` can stand under `parentId`. The company, its parent and all above it stay locked
 * until the commit, so that two moves at once cannot make a circle between them: whichever comes second finds a row locked.
 */
export async function placeUnder(db: AppDb, company: { id: string }, parentId: string, transaction: Transaction): Promise<void> {
  const { companies } = db.models;
  await companies.findByPk(company.id, { transaction, lock: true });
  const path: string[] = [];
  for (let id: string | null = parentId; id !== null && path.length <= levelsMax;) {
    const row: { get(name: 'parentCompanyId' | 'closedAt'): unknown } | null = await companies.findByPk(id, {
      transaction,
      lock: true,
    });
    if (!row) throw new NotFound('company', id);
    if (row.get('closedAt')) throw new Conflict('The company is being erased, or was: nothing can stand under it.');
    path.push(id);
    id = row.get('parentCompanyId') as string | null;
  }
  const [deepest] = await select<{ level: number }>(
    db.sequelize,
    `${withBelow} SELECT MAX(level) AS level FROM below`,
    { id: company.id },
    transaction,
  );
  const why = whyNotUnder(path, { id: company.id, levelsBelow: deepest?.level ?? 0 });
  if (why) throw new Conflict(why);
}
