import type { MetricAct } from './metric-acts.ts';
import type { PlausibleBounds } from './plausible.ts';

/**
 * What may be tracked. A signal without source, period, unit and client meaning is not a metric: all four are required.
 * What is counted is data: named conditions on canonical rows, which `db/app/metric-sql.ts` turns into SQL. Never payloads.
 */
export interface MetricDefinition {
  key: string;
  title: string;
  source: MetricSource;
  period: MetricPeriod;
  /** What the value counts. Money takes its currency's code instead, where the rows tell one. */
  unit: string;
  /** What stands behind the value 1, where that differs. */
  unitOfOne?: string;
  clientMeaning: string;
  rule: MetricRule;
  /** What it sets off when a report is made, besides its card. */
  acts: MetricAct[];
  /** What is not believed of it without a person. */
  plausible: PlausibleBounds;
  /** How the values of several companies become one. A rate does not add up: it is left out, and `reason` is told instead. */
  rollUp: { how: 'sum' } | LeftOut;
  /** Whether each company that feeds a shared connection has a value of its own. */
  share: { how: 'own_rows' } | LeftOut;
}
interface LeftOut {
  how: 'left_out';
  reason: string;
}

/** Canonical rows: messages, steps of deals, deals as they stand, words about being written to. */
export type MetricSource = keyof MetricConditions;

/** What may be asked of a row of each source. */
export interface MetricConditions {
  message: 'inbound' | 'outbound' | 'delivered' | 'ended';
  /** `held`: the deal still stands so at the end of the period. `into_won`, `into_lost`: from a stage of another kind. */
  movement: 'forward' | 'into_won' | 'into_lost' | 'closed' | 'held' | 'left_open';
  deal: 'open' | 'stalled';
  opt_out: 'out';
}

/** `each: 'deal'` counts a deal once, however often its rows meet the conditions. */
export type MetricRule = {
  [Source in MetricSource]:
    | { how: 'count'; where: MetricConditions[Source][]; each: 'row' | 'deal' }
    /** Numerator by denominator, times 100; no value while the denominator is 0. Conditions of the numerator come on top. */
    | { how: 'percentage'; where: MetricConditions[Source][]; numerator: MetricConditions[Source][]; each: 'row' | 'deal' }
    /** In the connection's main currency alone: sums of several are no sum. What is left out is counted beside it. */
    | { how: 'sum_amount'; where: MetricConditions[Source][] }
    | { how: 'median_days_in_stage'; where: MetricConditions[Source][] };
}[MetricSource];

/** A rolling window that ends at the last good run, or how things stand then. */
export type MetricPeriod = 'last_30_days' | 'today';
export const metricPeriods: Record<MetricPeriod, { days: number | null; label: string }> = {
  last_30_days: { days: 30, label: 'last 30 days' },
  today: { days: null, label: 'as of the date shown' },
};

/** What a metric comes to. */
export interface Measured {
  /** A decimal string; `null` when there is nothing to take a rate or a median of. */
  value: string | null;
  /** ISO 4217, for money; `null` where the rows tell none. */
  currency: string | null;
  /** Rows that belong in it and are not: of another currency, or without an amount. */
  leftOut: number;
}

/** What a value is of: 1 message, 0 messages. */
export const unitOf = ({ unit, unitOfOne = unit }: Pick<MetricDefinition, 'unit' | 'unitOfOne'>, value: string | null): string =>
  value !== null && Number(value) === 1 ? unitOfOne : unit;

/** An open deal that has made no step for so long stands still. */
export const stalledAfterDays = 14;

const required = { source: 'source', period: 'period', unit: 'unit', clientMeaning: 'client meaning' } as const;

/** Whether something may be tracked; if not, all that it lacks. */
export function checkDefinition(candidate: {
  key: string;
  source?: string;
  period?: string;
  unit?: string;
  clientMeaning?: string;
}): { ok: true } | { ok: false; missing: string[]; sentence: string } {
  const missing = Object.entries(required)
    .filter(([field]) => !candidate[field as keyof typeof required]?.trim())
    .map(([, name]) => name);
  if (missing.length === 0) return { ok: true };
  const sentence = `The metric "${candidate.key}" may not be tracked: it has no ${missing.join(', no ')}. All four are required: ${Object.values(required).join(', ')}.`;
  return { ok: false, missing, sentence };
}
