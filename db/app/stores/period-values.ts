import type { Measured } from '../../../domain/metric-definition.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import type { Period } from '../../../domain/periods.ts';
import { newId } from '../../ids.ts';
import { plainDecimal, select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { measure } from '../measure.ts';
import { byHandOf } from '../values-of-period.ts';

export interface TakenValue {
  metricKey: MetricKey;
  /** The period's. */
  key: string;
  takenAt: Date;
}

/** Values of weeks and months, one for each connection, metric and period. */
export interface PeriodValueStore {
  taken(connectionId: string): Promise<TakenValue[]>;
  /**
   * When steps of deals were made that we first heard of after `since`: a first and a last moment of each day (UTC) that has any, oldest
   * first.
   */
  arrivals(connectionId: string, since: Date): Promise<Date[]>;
  /**
   * Takes the period's value anew. What changes after the period's end stands there with when, and what was before. `asOf`: of how things
   * stood then, instead of the whole period. What a person says of exactly this period stands in its place, marked. Repeatable.
   */
  take(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    period: Period;
    at: Date;
    asOf?: Date;
  }): Promise<Measured>;
}

export function periodValueStore({ sequelize }: AppDb): PeriodValueStore {
  return {
    taken: (connectionId) =>
      select<TakenValue>(
        sequelize,
        `SELECT metric_key AS metricKey, origin AS \`key\`, taken_at AS takenAt FROM metric_snapshots
         WHERE connection_id = :connectionId AND kind IN ('week', 'month')`,
        { connectionId },
      ),

    async arrivals(connectionId, since) {
      const rows = await select<{ first: Date; last: Date }>(
        sequelize,
        `SELECT MIN(moved_at) AS first, MAX(moved_at) AS last FROM deal_stage_movements
         WHERE connection_id = :connectionId AND created_at > :since GROUP BY DATE(moved_at) ORDER BY 1`,
        { connectionId, since: sqlTime(since) },
      );
      return rows.flatMap(({ first, last }) => [first, last]);
    },

    async take({ period, at, asOf, ...ids }) {
      const { connectionId, metricKey } = ids;
      const [from, until] = [period.start, period.end].map((moment) => new Date(moment.getTime() - 1));
      const byHand = await byHandOf(sequelize, {
        connectionId,
        metricKey,
        periodStart: period.firstDay,
        periodEnd: period.lastDay,
      });
      const rows = await measure(sequelize, { connectionId, metricKey, from: from!, until: asOf ?? until! });
      const measured = byHand ? { ...rows, value: plainDecimal(byHand.value) } : rows;
      const corrected = 'taken_at >= :end AND NOT (value <=> VALUES(value))';
      // Assignments run from left to right: what others compare with comes last.
      await write(
        sequelize,
        `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, currency, left_out,
           period_start, period_end, taken_at, entered_by)
         VALUES (:id, :companyId, :connectionId, :metricKey, :kind, :key, 'active', :value, :currency, :leftOut, :firstDay, :lastDay, :at,
           :enteredBy)
         ON DUPLICATE KEY UPDATE recomputed_at = IF(${corrected}, VALUES(taken_at), recomputed_at),
           previous_value = IF(${corrected}, value, previous_value), value = VALUES(value), currency = VALUES(currency),
           left_out = VALUES(left_out), taken_at = VALUES(taken_at), entered_by = VALUES(entered_by)`,
        {
          ...ids,
          ...measured,
          enteredBy: byHand?.enteredBy ?? null,
          id: newId('snapshot'),
          kind: period.kind,
          key: period.key,
          firstDay: period.firstDay,
          lastDay: period.lastDay,
          end: sqlTime(period.end),
          at: sqlTime(at),
        },
      );
      return measured;
    },
  };
}
