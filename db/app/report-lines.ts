import type { Sequelize } from 'sequelize';
import type { MetricKey } from '../../domain/metrics.ts';
import { plainDecimal, select } from '../sql.ts';

export interface ReportLine {
  metricKey: MetricKey;
  connectionId: string;
  sourceLabel: string;
  /** `null` when there was nothing to take a rate or a median of. */
  value: string | null;
  currency: string | null;
  leftOut: number;
  /** A person said so while the source was away. */
  enteredByPerson: boolean;
  /** When what arrived late changed the value after the period's end, and what stood there before. */
  recomputedAt: Date | null;
  valueBefore: string | null;
  /** Of the period before. */
  previous: string | null;
  /** From onboarding, over the metric's own period. */
  baseline: { value: string; at: Date } | null;
}
type Row = Omit<ReportLine, 'baseline' | 'enteredByPerson'> & {
  enteredBy: string | null;
  reportId: string;
  baselineValue: string | null;
  baselineAt: Date | null;
};

/** The lines of reports, by report, in their order. */
export async function readLines(sequelize: Sequelize, reportIds: string[]): Promise<Map<string, ReportLine[]>> {
  const lines = new Map<string, ReportLine[]>();
  if (reportIds.length === 0) return lines;
  const rows = await select<Row>(
    sequelize,
    `SELECT line.report_id AS reportId, line.metric_key AS metricKey, line.source_label AS sourceLabel, s.connection_id AS connectionId,
       s.value, s.currency, s.left_out AS leftOut, s.entered_by AS enteredBy, s.recomputed_at AS recomputedAt, s.previous_value AS valueBefore,
       before_it.value AS previous, baseline.value AS baselineValue, baseline.taken_at AS baselineAt
     FROM report_metrics line JOIN metric_snapshots s ON s.id = line.snapshot_id
     LEFT JOIN metric_snapshots before_it ON before_it.id = line.previous_snapshot_id
     LEFT JOIN metric_snapshots baseline ON baseline.id = line.baseline_snapshot_id
     WHERE line.report_id IN (:reportIds) ORDER BY line.report_id, line.position`,
    { reportIds },
  );
  for (const { reportId, baselineValue, baselineAt, enteredBy, ...row } of rows)
    lines.set(reportId, [
      ...(lines.get(reportId) ?? []),
      {
        ...row,
        enteredByPerson: enteredBy !== null,
        value: plain(row.value),
        valueBefore: plain(row.valueBefore),
        previous: plain(row.previous),
        baseline: baselineValue !== null && baselineAt ? { value: plainDecimal(baselineValue), at: baselineAt } : null,
      },
    ]);
  return lines;
}

const plain = (value: string | null) => (value === null ? null : plainDecimal(value));
