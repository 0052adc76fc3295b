import { sumOf } from '../../../domain/decimal.ts';
import type { Measured } from '../../../domain/metric-definition.ts';
import { definitionOf, type MetricKey } from '../../../domain/metrics.ts';
import { plainDecimal, select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { measure, measureShares } from '../measure.ts';

interface ShareInput {
  connectionId: string;
  metricKey: MetricKey;
  at: Date;
}
export interface Shares {
  whole: Measured;
  parts: Map<string, Measured>;
}

export interface ShareStore {
  /** Whether several companies feed the connection. */
  isShared(connectionId: string): Promise<boolean>;
  /** What a shared connection's metric comes to over its period that ends at `at`: the whole, and each company's part by id. */
  measure(input: ShareInput): Promise<Shares>;
  /**
   * Brings each company's share up to date: of those that a key names, and of those that once had a share. Repeatable.
   */
  keep(input: ShareInput, shares: Shares): Promise<void>;
  /** By company; `null` where there is nothing to take a rate or a median of. */
  of(connectionId: string, metricKey: MetricKey): Promise<Map<string, Measured['value']>>;
}

export function shareStore({ sequelize }: AppDb): ShareStore {
  return {
    async isShared(connectionId) {
      const sql = 'SELECT id FROM franchise_keys WHERE connection_id = :connectionId LIMIT 1';
      return (await select(sequelize, sql, { connectionId })).length > 0;
    },

    async measure({ connectionId, metricKey, at }) {
      const input = { connectionId, metricKey, until: at };
      const parts = await measureShares(sequelize, input);
      return { parts, whole: isAdded(metricKey) ? total([...parts.values()]) : await measure(sequelize, input) };
    },

    async keep({ connectionId, metricKey, at }, { parts }) {
      const known = await select<{ companyId: string; isThere: number; shareValue: string | null }>(
        sequelize,
        `SELECT named.company_id AS companyId, share.company_id IS NOT NULL AS isThere, share.value AS shareValue
         FROM (SELECT company_id FROM franchise_keys WHERE connection_id = :connectionId AND company_id IS NOT NULL
               UNION SELECT company_id FROM metric_shares WHERE connection_id = :connectionId) named
         LEFT JOIN metric_shares share ON share.connection_id = :connectionId AND share.company_id = named.company_id
           AND share.metric_key = :metricKey`,
        { connectionId, metricKey },
      );
      const empty = isAdded(metricKey) ? '0' : null;
      // Most shares stand as they did a moment ago: what is equal is not written.
      const changed = known
        .map(({ companyId, ...share }) => ({ companyId, ...share, value: parts.get(companyId)?.value ?? empty }))
        .filter(
          ({ isThere, shareValue, value }) => !isThere || value !== (shareValue === null ? null : plainDecimal(shareValue)),
        );
      if (changed.length > 0)
        await write(
          sequelize,
          `INSERT INTO metric_shares (connection_id, company_id, metric_key, value, baseline_value, baseline_at) VALUES :rows
           ON DUPLICATE KEY UPDATE value = VALUES(value)`,
          {
            rows: changed.map(({ companyId, value }) => [connectionId, companyId, metricKey, value, value, sqlTime(at)]),
          },
        );
    },

    async of(connectionId, metricKey) {
      const rows = await select<{ companyId: string; value: string | null }>(
        sequelize,
        `SELECT company_id AS companyId, value FROM metric_shares WHERE connection_id = :connectionId AND metric_key = :metricKey`,
        { connectionId, metricKey },
      );
      return new Map(rows.map(({ companyId, value }) => [companyId, value === null ? null : plainDecimal(value)]));
    },
  };
}

/** Counts and sums of one currency add up, because each row is one company's. */
function isAdded(metricKey: MetricKey): boolean {
  const { how } = definitionOf(metricKey).rule;
  return how === 'count' || how === 'sum_amount';
}

function total(parts: Measured[]): Measured {
  return {
    value: sumOf(parts.map(({ value }) => value ?? '0')),
    currency: parts[0]?.currency ?? null,
    leftOut: parts.reduce((sum, { leftOut }) => sum + leftOut, 0),
  };
}
