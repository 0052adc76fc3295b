import type { Measured } from '../../../domain/metric-definition.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { newId } from '../../ids.ts';
import { databaseNow, plainDecimal, select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { measure } from '../measure.ts';
import { newestSnapshot } from '../newest-snapshot.ts';

/** The newest value that was taken from the rows. */
export interface ShownValue {
  value: string | null;
  at: Date;
}

/** Values are decimal strings without trailing zeros. */
export interface MetricStore {
  /** By the database's clock. */
  now(): Promise<Date>;
  /** From canonical rows, over the metric's period that ends at `until`. */
  compute(connectionId: string, metricKey: MetricKey, until: Date): Promise<Measured>;
  /** From `from` on and before `until`. */
  computeBetween(connectionId: string, metricKey: MetricKey, from: Date, until: Date): Promise<Measured>;
  /** Of a connection, by metric. */
  shown(connectionId: string): Promise<Map<MetricKey, ShownValue>>;
  /** One baseline, which stays as it was first taken, and one current value for each day (UTC): a later one of the same day replaces it. */
  saveSnapshot(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    kind: 'baseline' | 'current';
    value: Measured['value'];
    currency?: Measured['currency'];
    leftOut?: Measured['leftOut'];
    at: Date;
    runId?: string | null | undefined;
  }): Promise<void>;
}

export function metricStore(db: AppDb): MetricStore {
  const { sequelize } = db;

  return {
    now: () => databaseNow(sequelize),
    compute: (connectionId, metricKey, until) => measure(sequelize, { connectionId, metricKey, until }),

    computeBetween(connectionId, metricKey, from, until) {
      const [after, last] = [from, until].map((moment) => new Date(moment.getTime() - 1));
      return measure(sequelize, { connectionId, metricKey, from: after!, until: last! });
    },

    async shown(connectionId) {
      const rows = await select<ShownValue & { metricKey: MetricKey }>(
        sequelize,
        `SELECT shown.metric_key AS metricKey, shown.value, shown.taken_at AS \`at\`
         FROM metric_definitions metric
         JOIN metric_snapshots shown ON shown.id = ${newestSnapshot('current', ':connectionId', 'metric.metric_key')}`,
        { connectionId },
      );
      return new Map(
        rows.map(({ metricKey, value, at }) => [metricKey, { value: value === null ? null : plainDecimal(value), at }]),
      );
    },

    async saveSnapshot({ kind, at, currency = null, leftOut = 0, runId = null, ...input }) {
      const origin = kind === 'baseline' ? 'baseline' : at.toISOString().slice(0, 10);
      const later = `kind = 'current' AND VALUES(taken_at) >= taken_at`;
      const taken = ['value', 'currency', 'left_out', 'run_id'].map((name) => `${name} = IF(${later}, VALUES(${name}), ${name})`);
      await write(
        sequelize,
        `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, currency, left_out,
           taken_at, run_id)
         VALUES (:id, :companyId, :connectionId, :metricKey, :kind, :origin, 'active', :value, :currency, :leftOut, :at, :runId)
         ON DUPLICATE KEY UPDATE ${taken.join(', ')}, taken_at = IF(${later}, VALUES(taken_at), taken_at)`,
        { ...input, id: newId('snapshot'), kind, origin, currency, leftOut, at: sqlTime(at), runId },
      );
    },
  };
}
