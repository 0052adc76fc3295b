/** What happened for a client on a day, in words that the client may read: numbers and days, nobody's name, number or words. */
import type { MetricKey } from './metrics.ts';

/** The metrics whose day is worth a sentence. */
const told: Partial<Record<MetricKey, { one: string; many: string }>> = {
  deals_won: { one: 'deal was won', many: 'deals were won' },
  deals_moved_forward: { one: 'deal moved forward', many: 'deals moved forward' },
  messages_delivered: { one: 'text message reached a customer', many: 'text messages reached your customers' },
};

export const toldMetrics = Object.keys(told) as MetricKey[];

/** `null` where there is nothing to tell. */
export function activitySentence(metricKey: MetricKey, value: string | null, day: string): string | null {
  const words = told[metricKey];
  if (!words || value === null || Number(value) <= 0) return null;
  return `${value} ${Number(value) === 1 ? words.one : words.many} on ${day}.`;
}
