/** What a person may enter in place of a provider's value, for how long it is shown, and what there is to say when the source is back. */
import { decideCommand, type CommandVerdict, type ConnectionState } from './connection-state.ts';
import { metricPeriods, type MetricDefinition, type MetricRule } from './metric-definition.ts';
import { judgeValue } from './plausible.ts';

const dayMs = 86_400_000;

/** From when it is entered until it is no longer shown. */
export const manualValueLife = { defaultMs: 7 * dayMs, maxMs: 31 * dayMs };
/** How long before its end its people are told. */
export const remindBeforeMs = dayMs;
/** The causes of tasks about a value that is still shown, and about one that has ended. The value is their subject. */
export const endTasks = { shown: 'manual_value_ends', ended: 'manual_value_ended' } as const;
/** How long a card tells what became of a value by hand. */
export const afterwordMs = 14 * dayMs;
const periodDaysMax = 366;

export interface ManualEntry {
  /** A decimal number as text. */
  value: string;
  /** `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
  expiresAt: Date;
  /** The person has looked twice at a value that is far from the last one. */
  sure: boolean;
}
export interface EntryFacts {
  /** The source's last good value; `null` when there is none. */
  last: string | null;
  /** The company's local day. */
  today: string;
  now: Date;
}
export interface EntryFault {
  field: 'value' | 'periodStart' | 'periodEnd' | 'expiresAt';
  message: string;
}

/** How many decimal places a value of this kind has, as the source's own has. */
const placesOf: Record<MetricRule['how'], number> = { count: 0, percentage: 1, sum_amount: 2, median_days_in_stage: 1 };

/** Everything that is wrong with an entry, by its field. */
export function checkEntry(definition: MetricDefinition, entry: ManualEntry, facts: EntryFacts): EntryFault[] {
  const faults: EntryFault[] = [];
  const wrong = (field: EntryFault['field'], message: string) => void faults.push({ field, message });
  const value = valueFault(definition, entry, facts);
  if (value) wrong('value', value);
  if (entry.periodEnd > facts.today) wrong('periodEnd', `Must not lie in the future: it is ${facts.today} there.`);
  if (entry.periodStart > entry.periodEnd) wrong('periodEnd', 'Must not lie before periodStart.');
  const days = (Date.parse(entry.periodEnd) - Date.parse(entry.periodStart)) / dayMs + 1;
  if (days > periodDaysMax) wrong('periodStart', `A period has at most ${periodDaysMax} days.`);
  const lifeMs = entry.expiresAt.getTime() - facts.now.getTime();
  if (lifeMs <= 0) wrong('expiresAt', 'Must lie in the future.');
  if (lifeMs > manualValueLife.maxMs) wrong('expiresAt', `A value by hand ends within ${manualValueLife.maxMs / dayMs} days.`);
  return faults;
}

function valueFault(definition: MetricDefinition, { value, sure }: ManualEntry, { last }: EntryFacts): string | null {
  if (value.startsWith('-')) return 'Must not be less than 0.';
  const places = placesOf[definition.rule.how];
  if ((value.split('.')[1]?.length ?? 0) > places)
    return places === 0
      ? `Must be a whole number: it counts ${definition.unit}.`
      : `Must have at most ${places} decimal place${places > 1 ? 's' : ''}.`;
  const possible = judgeValue(definition, { value, last: null });
  if (!possible.plausible) return possible.sentence;
  const likely = judgeValue(definition, { value, last });
  return likely.plausible || sure ? null : `${likely.sentence} Enter it again with "sure": true if it is right.`;
}

/** What tells how things stand has no days that it covers: it is of the last one. */
export function periodOf({ period }: MetricDefinition, entry: Pick<ManualEntry, 'periodStart' | 'periodEnd'>) {
  return { periodStart: metricPeriods[period].days === null ? entry.periodEnd : entry.periodStart, periodEnd: entry.periodEnd };
}

/** On a connection that delivers, only in place of values that are under review. */
export function mayEnterByHand(state: ConnectionState, areHeld: boolean): CommandVerdict {
  return state === 'active' && areHeld ? { verdict: 'accepted' } : decideCommand(state, 'enterManualValue');
}

/** What a person had entered, and what the source says of the same period. */
export interface Compared {
  manualValue: string;
  providerValue: string | null;
  periodStart: string;
  periodEnd: string;
}

/** From which difference on somebody should look: by a share of the larger, and at least so much. */
const largeFrom: Record<MetricRule['how'], { share: number; atLeast: number }> = {
  count: { share: 0.1, atLeast: 5 },
  percentage: { share: 0, atLeast: 5 },
  sum_amount: { share: 0.1, atLeast: 1 },
  median_days_in_stage: { share: 0.1, atLeast: 1 },
};

/** For the connection's owner. */
export function judgeDifference(definition: MetricDefinition, compared: Compared): { isLarge: boolean; sentence: string } {
  const { manualValue, providerValue, periodStart, periodEnd } = compared;
  const what = `"${definition.title}" ${spanOf(periodStart, periodEnd)}: a person entered ${manualValue}`;
  const act = 'Find out which one is right, and tell the client; if it is the person’s, correct the source and sync now.';
  if (providerValue === null) return { isLarge: true, sentence: `${what}, the source has nothing to tell it of. ${act}` };
  const [byHand, theirs] = [Number(manualValue), Number(providerValue)];
  const difference = Math.abs(theirs - byHand);
  const { share, atLeast } = largeFrom[definition.rule.how];
  const isLarge = difference >= atLeast && difference > share * Math.max(Math.abs(byHand), Math.abs(theirs));
  const next = difference === 0 ? 'They are equal.' : isLarge ? act : 'The difference is small: nothing to do.';
  return { isLarge, sentence: `${what}, the source says ${providerValue}. ${next}` };
}

const spanOf = (from: string, until: string) => (from === until ? `of ${until}` : `from ${from} to ${until}`);
