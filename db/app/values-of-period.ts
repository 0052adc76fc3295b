/** A value by hand that is of exactly a week or a month stands as that period's value too, marked, until the source is back. */
import type { Sequelize, Transaction } from 'sequelize';
import { select, sqlTime, write } from '../sql.ts';

interface OfDays {
  connectionId: string;
  metricKey: string;
  /** `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
}

const samePeriod = `connection_id = :connectionId AND metric_key = :metricKey AND kind IN ('week', 'month')
  AND period_start = :periodStart AND period_end = :periodEnd`;
/** As for steps that arrive late: what changes after the period's end stands there with when, and what was before. */
const corrected = (at: string) =>
  `recomputed_at = IF(DATE(taken_at) > period_end AND NOT (value <=> :value), ${at}, recomputed_at),
   previous_value = IF(DATE(taken_at) > period_end AND NOT (value <=> :value), value, previous_value), value = :value`;

export async function showInPeriods(
  sequelize: Sequelize,
  input: OfDays & { value: string; enteredBy: string },
  transaction: Transaction,
): Promise<void> {
  const sql = `UPDATE metric_snapshots SET ${corrected('UTC_TIMESTAMP(3)')}, entered_by = :enteredBy WHERE ${samePeriod}`;
  await write(sequelize, sql, { ...input }, transaction);
}

export async function handBackPeriods(
  sequelize: Sequelize,
  { at, ...input }: OfDays & { value: string | null; at: Date },
  transaction: Transaction,
): Promise<void> {
  const sql = `UPDATE metric_snapshots SET ${corrected(':at')}, entered_by = NULL WHERE ${samePeriod} AND entered_by IS NOT NULL`;
  await write(sequelize, sql, { ...input, at: sqlTime(at) }, transaction);
}

/** What a person says of exactly these days while the source is away. */
export async function byHandOf(sequelize: Sequelize, days: OfDays): Promise<{ value: string; enteredBy: string } | null> {
  const [row] = await select<{ value: string; enteredBy: string }>(
    sequelize,
    `SELECT value, entered_by AS enteredBy FROM metric_snapshots
     WHERE connection_id = :connectionId AND metric_key = :metricKey AND kind = 'manual' AND state = 'active'
       AND period_start = :periodStart AND period_end = :periodEnd LIMIT 1`,
    { ...days },
  );
  return row ?? null;
}
