/** Every metric that is tracked. */
import { dealMetricDefinitions } from './deal-metrics.ts';
import { messageMetricDefinitions } from './message-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';

export const metricDefinitions = [...messageMetricDefinitions, ...dealMetricDefinitions] as const;

export type MetricKey = (typeof metricDefinitions)[number]['key'];
export const metricKeys = metricDefinitions.map((metric) => metric.key);

/** What a CRM's deals feed. */
export const dealMetrics = dealMetricDefinitions.map((metric) => metric.key);
/** What an account for text messages feeds. */
export const messageMetrics = messageMetricDefinitions.map((metric) => metric.key);

export function definitionOf(key: MetricKey): MetricDefinition & { key: MetricKey } {
  return metricDefinitions.find((metric) => metric.key === key)!;
}
