/**
 * What may be tracked. A signal without source, period, unit and client meaning is not a metric: all four are required.
 * Values are computed from canonical rows by the metrics store, never from payloads.
 */
export interface MetricDefinition {
  key: string;
  title: string;
  /** Of what: the canonical object that is counted or summed. */
  object: 'message' | 'usage';
  period: MetricPeriod;
  unit: string;
  clientMeaning: string;
  /** How the values of several companies become one. A rate does not add up: it is left out, and `reason` is told instead. */
  rollUp: { how: 'sum' } | { how: 'left_out'; reason: string };
}

/** A rolling window that ends at the last good run. */
export type MetricPeriod = 'last_30_days';
export const metricPeriods: Record<MetricPeriod, { days: number; label: string }> = {
  last_30_days: { days: 30, label: 'last 30 days' },
};

export const metricDefinitions = [
  {
    key: 'messages_delivered',
    title: 'Text messages delivered',
    object: 'message',
    period: 'last_30_days',
    unit: 'messages',
    clientMeaning: 'Text messages that reached your customers’ phones.',
    rollUp: { how: 'sum' },
  },
  {
    key: 'messages_received',
    title: 'Text messages received',
    object: 'message',
    period: 'last_30_days',
    unit: 'messages',
    clientMeaning: 'Text messages your customers sent to you.',
    rollUp: { how: 'sum' },
  },
] as const satisfies MetricDefinition[];

export type MetricKey = (typeof metricDefinitions)[number]['key'];
export const metricKeys = metricDefinitions.map((metric) => metric.key);
