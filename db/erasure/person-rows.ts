import type { Sequelize, Transaction } from 'sequelize';
import { erasedMark } from '../../domain/person.ts';
import { select, write } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import { addErased, type Erasing } from './counts.ts';
import type { ErasureScope } from './scope.ts';

/** What an erasure of a person does with one table. Values are SQL. */
export interface PersonRule {
  table: string;
  /** Whose rows are read: of each connection (`:connectionId`), or of the company (`:companyId`). */
  per: 'connection' | 'company';
  /** Which rows, where one `connection_id` or `company_id` does not say it. */
  where?: string;
  /** Canonical records: those of the company in a connection above it are read too. */
  isRecord?: true;
  /** Unique, to go on by; `id` when absent. */
  key?: string;
  /** Columns that hold one whole address. A row is about the person when one is theirs; what then stands in that column. */
  addresses?: Record<string, string>;
  /** What stands in the other columns of a row about the person. */
  cleared?: Record<string, string>;
  /** Free text: every mention of the person becomes `erasedMark`. */
  texts?: string[];
}

type Row = Record<string, string | null>;

/** Rows that are read at once, and of which those that change are written in one transaction. */
const pageSize = 500;

/** Walks the rows of a company that the rules name, and takes the person out of them. Repeatable: a cleared row mentions nobody. */
export async function erasePersonRows(
  sequelize: Sequelize,
  erasing: Erasing,
  { rules, scope, mentions }: { rules: PersonRule[]; scope: ErasureScope; mentions: RegExp },
): Promise<void> {
  for (const rule of rules) {
    if (rule.per === 'company') {
      await walk(rule, rule.where ?? 'company_id = :companyId', { companyId: scope.companyId });
      continue;
    }
    const where = rule.where ?? 'connection_id = :connectionId';
    for (const connectionId of scope.own) await walk(rule, where, { connectionId });
    if (!rule.isRecord) continue;
    for (const connectionId of scope.shared)
      await walk(rule, `${where} AND company_id = :companyId`, { connectionId, companyId: scope.companyId });
  }

  async function walk(rule: PersonRule, where: string, values: Record<string, string>): Promise<void> {
    const { table, key = 'id' } = rule;
    const columns = [...new Set([key, ...Object.keys(rule.addresses ?? {}), ...(rule.texts ?? [])])].join(', ');
    const read = (condition: string, more: Record<string, unknown>, transaction?: Transaction) =>
      select<Row>(sequelize, `SELECT ${columns} FROM ${table} WHERE ${where}${condition}`, { ...values, ...more }, transaction);
    for (let after: unknown = null; ;) {
      const behind = after === null ? '' : ` AND ${key} > :after`;
      const page = await read(`${behind} ORDER BY ${key} LIMIT ${pageSize}`, { after });
      const found = page.filter((row) => assignments(rule, row, mentions).length > 0).map((row) => row[key]);
      if (found.length > 0)
        await inTransaction(sequelize, async (transaction) => {
          // Read again and locked: a writer may have come in between.
          const rows = await read(` AND ${key} IN (:found) ORDER BY ${key} FOR UPDATE`, { found }, transaction);
          for (const row of rows) await clear(rule, row, transaction);
          await addErased(sequelize, erasing.erasureId, { table, changed: rows.length }, transaction);
        });
      erasing.tick();
      if (page.length < pageSize) return;
      after = page.at(-1)![key];
    }
  }

  async function clear(rule: PersonRule, row: Row, transaction: Transaction): Promise<void> {
    const { table, key = 'id' } = rule;
    const set = assignments(rule, row, mentions);
    if (set.length === 0) return;
    const values = Object.fromEntries(set.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]])));
    await write(
      sequelize,
      `UPDATE ${table} SET ${set.map(({ name, sql }) => `${name} = ${sql}`).join(', ')} WHERE ${key} = :rowKey`,
      { ...values, rowKey: row[key] },
      transaction,
    );
  }
}

/** What is to be written over the row; nothing when it does not mention the person. */
function assignments({ addresses = {}, cleared = {}, texts = [] }: PersonRule, row: Row, mentions: RegExp) {
  const isMentioned = (name: string) => (row[name] ?? '').search(mentions) >= 0;
  const theirs = Object.keys(addresses).filter(isMentioned);
  const fixed = theirs.length > 0 ? { ...Object.fromEntries(theirs.map((name) => [name, addresses[name]!])), ...cleared } : {};
  return [
    ...Object.entries(fixed).map(([name, sql]) => ({ name, sql, text: undefined })),
    ...texts
      .filter((name) => !Object.hasOwn(fixed, name) && isMentioned(name))
      .map((name) => ({ name, sql: `:${name}`, text: row[name]!.replace(mentions, erasedMark) })),
  ];
}
