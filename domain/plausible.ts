/** Whether a new value may be shown in place of the last one, or a person should look first. */
import { metricPeriods, unitOf, type MetricDefinition } from './metric-definition.ts';

/** What a definition says of its values. Anything outside of it waits for a person. */
export interface PlausibleBounds {
  /** Smallest and largest value that there can be. */
  range?: [min: number, max: number];
  /** More than `times` the last value is not believed, where that was at least `from`. */
  jump?: { times: number; from: number };
  /** Less than a `times`th of the last value, 0 for example, is not believed, where that was at least `from`. */
  drop?: { times: number; from: number };
}

export type PlausibleVerdict = { plausible: true } | { plausible: false; sentence: string };

/** `last`: the value that is shown; `null` when none is. A rate of nothing is no value, and hides nothing. */
export function judgeValue(
  metric: Pick<MetricDefinition, 'title' | 'unit' | 'unitOfOne' | 'period' | 'plausible'>,
  { value, last }: { value: string | null; last: string | null },
): PlausibleVerdict {
  const { title, period, plausible: bounds } = metric;
  if (value === null) return { plausible: true };
  const [now, before] = [Number(value), last === null ? null : Number(last)];
  const why = whyNot(bounds, now, before);
  if (why === null) return { plausible: true };
  const what = `"${title}" (${metricPeriods[period].label}) would be ${value} ${unitOf(metric, value)}`;
  return { plausible: false, sentence: `${what}${last === null ? '' : ` after ${last}`}: ${why}.` };
}

function whyNot({ range, jump, drop }: PlausibleBounds, now: number, before: number | null): string | null {
  if (range && (now < range[0] || now > range[1])) return `it can only lie between ${range[0]} and ${range[1]}`;
  if (before === null) return null;
  if (jump && before >= jump.from && now > before * jump.times) return `that is more than ${jump.times} times as much`;
  if (drop && before >= drop.from && now < before / drop.times) return `that is less than a ${drop.times}th`;
  return null;
}
