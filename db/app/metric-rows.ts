import { type MetricKey, metricDefinitions, metricPeriods } from '../../domain/metrics.ts';
import { sqlTime } from '../sql.ts';

const counted: Record<MetricKey, string> = {
  messages_delivered: `direction = 'outbound' AND status IN ('delivered', 'read')`,
  messages_received: `direction = 'inbound'`,
};
const dayMs = 86_400_000;

/**
 * Which rows a metric counts, over its period that ends at `until`. Their index has all of it; left to itself, MySQL reads every row of
 * the connection instead, which takes several times as long.
 */
export function countedRows(key: MetricKey, until: Date) {
  const { period } = metricDefinitions.find((metric) => metric.key === key)!;
  const from = new Date(until.getTime() - metricPeriods[period].days * dayMs);
  return {
    rows: 'messages FORCE INDEX (messages_by_share)',
    where: `${counted[key]} AND occurred_at > :from AND occurred_at <= :until`,
    window: { from: sqlTime(from), until: sqlTime(until) },
  };
}
