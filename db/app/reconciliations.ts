/** What a person had entered by hand beside what the source says of the same days, a row for each metric and period. */
import type { Sequelize, Transaction } from 'sequelize';
import { definitionOf, type MetricKey } from '../../domain/metrics.ts';
import { metricPeriods } from '../../domain/metric-definition.ts';
import { startOfDay } from '../../domain/periods.ts';
import { newId } from '../ids.ts';
import { plainDecimal, select, sqlTime, write } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import { appendAudit } from './audit-chain.ts';
import type { AppDb } from './context.ts';
import { measure } from './measure.ts';
import { notCompared } from './newest-snapshot.ts';
import { handBackPeriods } from './values-of-period.ts';

export interface Reconciled {
  snapshotId: string;
  metricKey: MetricKey;
  manualValue: string;
  /** `null` when there was nothing to take a rate or a median of. */
  providerValue: string | null;
  /** Provider's value less the one entered by hand. */
  difference: string | null;
  /** `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
}
export interface Reconciliation extends Reconciled {
  id: string;
  enteredBy: string;
  reason: string;
  handedBackBy: string;
  at: Date;
}

interface Standing {
  id: string;
  companyId: string;
  metricKey: MetricKey;
  value: string;
  periodStart: string;
  periodEnd: string;
  timeZone: string;
}

export async function handBack(
  db: AppDb,
  { connectionId, at, actor }: { connectionId: string; at: Date; actor: string },
): Promise<Reconciled[]> {
  const { sequelize } = db;
  return inTransaction(sequelize, async (transaction) => {
    const standing = await select<Standing>(
      sequelize,
      `SELECT s.id, s.company_id AS companyId, s.metric_key AS metricKey, s.value, CAST(s.period_start AS CHAR) AS periodStart,
         CAST(s.period_end AS CHAR) AS periodEnd,
         (SELECT time_zone FROM companies WHERE id = s.company_id) AS timeZone
       FROM metric_snapshots s
       WHERE s.connection_id = :connectionId AND ${notCompared('s')}
         AND NOT EXISTS (SELECT 1 FROM metric_snapshots held WHERE held.connection_id = s.connection_id
           AND held.metric_key = s.metric_key AND held.kind = 'held' AND held.origin = 'open')
       ORDER BY s.id FOR UPDATE`,
      { connectionId },
      transaction,
    );
    for (const value of standing) await compare(value, transaction);
    const rows = await read(sequelize, connectionId, 'AND r.reconciled_at = :at', { at: sqlTime(at) }, transaction);
    return rows.map(({ snapshotId, metricKey, manualValue, providerValue, difference, periodStart, periodEnd }) => ({
      snapshotId,
      metricKey,
      manualValue,
      providerValue,
      difference,
      periodStart,
      periodEnd,
    }));
  });

  async function compare(standing: Standing, transaction: Transaction): Promise<void> {
    const { id: snapshotId, companyId, metricKey, value, periodStart, periodEnd } = standing;
    const { value: providerValue } = await measure(
      sequelize,
      { connectionId, metricKey, ...windowOf(standing, at) },
      transaction,
    );
    await write(
      sequelize,
      `INSERT INTO metric_reconciliations (id, connection_id, snapshot_id, metric_key, manual_value, provider_value,
         difference, reconciled_at, handed_back_by)
       VALUES (:id, :connectionId, :snapshotId, :metricKey, :value, :providerValue,
         CAST(:providerValue AS DECIMAL(20,8)) - CAST(:value AS DECIMAL(20,8)), :at, :actor)
       ON DUPLICATE KEY UPDATE snapshot_id = snapshot_id`,
      { id: newId('reconciliation'), connectionId, snapshotId, metricKey, value, providerValue, at: sqlTime(at), actor },
      transaction,
    );
    const sql = `UPDATE metric_snapshots SET state = 'closed' WHERE id = :snapshotId`;
    await write(sequelize, sql, { snapshotId }, transaction);
    const days = { connectionId, metricKey, periodStart, periodEnd };
    await handBackPeriods(sequelize, { ...days, value: providerValue, at }, transaction);
    const facts = {
      detail: { connectionId, metricKey },
      before: { value: plainDecimal(value) },
      after: { value: providerValue },
    };
    const entry = { companyId, actor, action: 'metric.hand_back' as const, subject: snapshotId, outcome: 'done' as const };
    await appendAudit(db, { ...entry, ...facts }, transaction);
  }
}

/** The same days as the person's, by the company's own midnights. How things stand can be told of now alone. */
function windowOf({ metricKey, periodStart, periodEnd, timeZone }: Standing, at: Date): { from?: Date; until: Date } {
  if (metricPeriods[definitionOf(metricKey).period].days === null) return { until: at };
  const nextDay = new Date(Date.parse(periodEnd) + 86_400_000).toISOString().slice(0, 10);
  const last = startOfDay(nextDay, timeZone).getTime() - 1;
  return { from: new Date(startOfDay(periodStart, timeZone).getTime() - 1), until: new Date(Math.min(last, at.getTime())) };
}

export const readReconciliations = ({ sequelize }: AppDb, connectionId: string) => read(sequelize, connectionId);

async function read(
  sequelize: Sequelize,
  connectionId: string,
  condition = '',
  values: { at?: string } = {},
  transaction?: Transaction,
): Promise<Reconciliation[]> {
  const rows = await select<Reconciliation>(
    sequelize,
    `SELECT r.id, r.snapshot_id AS snapshotId, r.metric_key AS metricKey, r.manual_value AS manualValue,
       r.provider_value AS providerValue, r.difference, CAST(s.period_start AS CHAR) AS periodStart,
       CAST(s.period_end AS CHAR) AS periodEnd, s.entered_by AS enteredBy, s.reason, r.handed_back_by AS handedBackBy,
       r.reconciled_at AS \`at\`
     FROM metric_reconciliations r JOIN metric_snapshots s ON s.id = r.snapshot_id
     WHERE r.connection_id = :connectionId ${condition} ORDER BY r.id DESC`,
    { connectionId, ...values },
    transaction,
  );
  return rows.map((row) => ({
    ...row,
    manualValue: plainDecimal(row.manualValue),
    providerValue: row.providerValue === null ? null : plainDecimal(row.providerValue),
    difference: row.difference === null ? null : plainDecimal(row.difference),
  }));
}
