import type { MetricKey } from '../../../domain/metrics.ts';
import { plainDecimal, select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { countedRows } from '../metric-rows.ts';

export interface ShareStore {
  /** Whether several companies feed the connection. */
  isShared(connectionId: string): Promise<boolean>;
  /**
   * Brings each company's share of a shared connection's metric up to date, over the period that ends at `at`: of those that a key
   * names, and of those that once had a share. Answers the whole of it, as a decimal string. Repeatable.
   */
  save(input: { connectionId: string; metricKey: MetricKey; at: Date }): Promise<string>;
  /** By company, as decimal strings. */
  of(connectionId: string, metricKey: MetricKey): Promise<Map<string, string>>;
}

export function shareStore({ sequelize }: AppDb): ShareStore {
  return {
    async isShared(connectionId) {
      const sql = 'SELECT id FROM franchise_keys WHERE connection_id = :connectionId LIMIT 1';
      return (await select(sequelize, sql, { connectionId })).length > 0;
    },

    async save({ connectionId, metricKey, at }) {
      const { rows, where, window } = countedRows(metricKey, at);
      const counted = await select<{ companyId: string; value: number }>(
        sequelize,
        `SELECT company_id AS companyId, COUNT(*) AS value FROM ${rows}
         WHERE connection_id = :connectionId AND ${where} GROUP BY company_id`,
        { connectionId, ...window },
      );
      const counts = new Map(counted.map(({ companyId, value }) => [companyId, value]));
      const known = await select<{ companyId: string; shareValue: string | null }>(
        sequelize,
        `SELECT named.company_id AS companyId, share.value AS shareValue
         FROM (SELECT company_id FROM franchise_keys WHERE connection_id = :connectionId AND company_id IS NOT NULL
               UNION SELECT company_id FROM metric_shares WHERE connection_id = :connectionId) named
         LEFT JOIN metric_shares share ON share.connection_id = :connectionId AND share.company_id = named.company_id
           AND share.metric_key = :metricKey`,
        { connectionId, metricKey },
      );
      // Most shares stand as they did a moment ago: what is equal is not written.
      const changed = known
        .map(({ companyId, shareValue }) => ({ companyId, shareValue, value: counts.get(companyId) ?? 0 }))
        .filter(({ shareValue, value }) => shareValue === null || Number(shareValue) !== value);
      if (changed.length > 0)
        await write(
          sequelize,
          `INSERT INTO metric_shares (connection_id, company_id, metric_key, value, baseline_value, baseline_at) VALUES :rows
           ON DUPLICATE KEY UPDATE value = VALUES(value)`,
          {
            rows: changed.map(({ companyId, value }) => [connectionId, companyId, metricKey, value, value, sqlTime(at)]),
          },
        );
      return String([...counts.values()].reduce((sum, value) => sum + value, 0));
    },

    async of(connectionId, metricKey) {
      const rows = await select<{ companyId: string; value: string }>(
        sequelize,
        `SELECT company_id AS companyId, value FROM metric_shares WHERE connection_id = :connectionId AND metric_key = :metricKey`,
        { connectionId, metricKey },
      );
      return new Map(rows.map(({ companyId, value }) => [companyId, plainDecimal(value)]));
    },
  };
}
