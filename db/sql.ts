import type { Connection } from 'mysql2';
import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { asDatabaseError } from './errors.ts';

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

/**
 * One statement for many rows, for which its one `?` stands. It goes past Sequelize, which would search a text of hundreds of
 * kilobytes several times over, and lets the driver search it once more.
 */
export async function writeRows(sql: string, rows: unknown[][], transaction: Transaction): Promise<Written> {
  const { connection } = transaction as unknown as { connection: Connection };
  try {
    const [answer] = await connection.promise().query(sql, [rows]);
    return answer as Written;
  } catch (error) {
    throw asDatabaseError(error);
  }
}

/** Millisecond time as the servers take it; the driver's own form drops the milliseconds. Text is ISO 8601. */
export function sqlTime(time: Date | string): string {
  const iso = typeof time === 'string' && isoForm.test(time) ? time : new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}
const isoForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export function sqlTimeOrNull(time: Date | string | null): string | null {
  return time === null ? null : sqlTime(time);
}

/** SQL for the whole milliseconds since a column's time, which the database's own clock must have written. */
export const elapsedMs = (column: string) => `TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(3)) DIV 1000`;

/** Now, by the database's own clock: those of two processes may differ. */
export async function databaseNow(sequelize: Sequelize): Promise<Date> {
  const [row] = await select<{ at: Date }>(sequelize, 'SELECT UTC_TIMESTAMP(3) AS `at`', {});
  return row!.at;
}

/** JSON as every server takes it: half a surrogate pair, which MySQL refuses, becomes the replacement character. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part));
}

/** A decimal column's text without trailing zeros: `12.50000000` is `12.5`. */
export function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
