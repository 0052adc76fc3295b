import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** Values by name; an array of arrays becomes the rows of a multi-row `VALUES`. */
export type Values = Record<string, unknown>;

export function select<Row extends object>(
  sequelize: Sequelize,
  sql: string,
  replacements: Values,
  transaction?: Transaction,
): Promise<Row[]> {
  return sequelize.query<Row>(sql, { type: QueryTypes.SELECT, replacements, transaction: transaction ?? null });
}

export interface Written {
  /** In an upsert: 1 for each row inserted, 2 for each row changed, 0 for each left as it was. */
  affectedRows: number;
  insertId: number;
}

export async function write(
  sequelize: Sequelize,
  sql: string,
  replacements: Values,
  transaction?: Transaction,
): Promise<Written> {
  const answer = (await sequelize.query(sql, { replacements, transaction: transaction ?? null })) as [unknown, unknown];
  // The driver's whole answer comes back for an update; for an insert only its two numbers do.
  if (typeof answer[0] === 'object') return answer[0] as Written;
  return { insertId: answer[0] as number, affectedRows: answer[1] as number };
}

/** Millisecond time as the servers take it; the driver's own form drops the milliseconds. */
export function sqlTime(time: Date): string {
  return time.toISOString().slice(0, 23).replace('T', ' ');
}
export function sqlTimeOrNull(time: Date | string | null): string | null {
  return time === null ? null : sqlTime(new Date(time));
}

/** JSON as every server takes it: half a surrogate pair, which MySQL refuses, becomes the replacement character. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part));
}

/** A decimal column's text without trailing zeros: `12.50000000` is `12.5`. */
export function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
