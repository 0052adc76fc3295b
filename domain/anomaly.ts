/**
 * Whether a figure is unusual for its weekday and hour: its distance from the median of the baseline, in robust standard deviations
 * (1.4826 times the median absolute deviation), on a scale on which noise does not grow with the value. Pure: facts in, verdict out.
 */
import { aroundSlot, daysNeeded, daysOf, levels, slotsAt, type Level, type Sample, type Slot } from './baseline.ts';

export const measures = ['run_duration', 'records_changed', 'records_read', 'failed_share', 'events_hourly'] as const;
export type Measure = (typeof measures)[number];
export type Side = 'high' | 'low';

interface Scale {
  /** On this scale noise is about as large everywhere. */
  on: (value: number) => number;
  /** The least that is taken for noise: a series that stood still for weeks does not alarm for one more. `of`: see `Figure`. */
  floor: (of: number) => number;
  sides: readonly Side[];
}

/** What people and machines do scatters by about a quarter. */
const scatter = 0.25;
/** Counts scatter by their root as well (Poisson): on this scale, both together are 1 everywhere. */
const counts: Pick<Scale, 'on' | 'floor'> = {
  on: (value) => (2 / scatter) * Math.asinh(scatter * Math.sqrt(value + 3 / 8)),
  floor: () => 1,
};

const scales: Record<Measure, Scale> = {
  // Seconds: of less than ten or so nobody minds.
  run_duration: { on: (seconds) => Math.log(10 + seconds), floor: () => 0.25, sides: ['high'] },
  records_changed: { ...counts, sides: ['high', 'low'] },
  records_read: { ...counts, sides: ['low'] },
  // From 0 to 1, of so many records: the arcsine of the root scatters by half the root of one by their number.
  failed_share: {
    on: (share) => Math.asin(Math.sqrt(share)),
    floor: (of) => Math.hypot(0.05, 0.5 / Math.sqrt(Math.max(1, of))),
    sides: ['high'],
  },
  events_hourly: { ...counts, sides: ['high', 'low'] },
};

/** Deviations beyond which a figure is unusual; chosen on the tuning seeds of `test/domain/anomaly.test.ts`. */
export const deviationsMax = 4.5;

export interface Figure {
  measure: Measure;
  value: number;
  slot: Slot;
  /** Records that a share is of; 1 where it is none. */
  of: number;
  /** How much wider than usual the band is: grows when people dismiss. */
  tolerance: number;
}

export type Verdict =
  /** There is too little history. */
  | { is: 'unknown' }
  /** `telling`: nothing at all would have been unusual, so that what came says that it comes again. */
  | { is: 'usual'; telling: boolean }
  | Unusual;

export interface Unusual {
  is: 'unusual';
  side: Side;
  level: Level;
  value: number;
  /** In how many hours it came; 1 for what is of one run. */
  hours: number;
  /** Between which values most of the samples lie. */
  usual: Range;
}

/** Samples of some slots, by slot. One without samples may be missing. */
export type SamplesOf = (slots: readonly Slot[]) => ReadonlyMap<Slot, readonly Sample[]>;

/** The finest level with enough history. */
export function levelFor(slot: Slot, samplesOf: SamplesOf): Level | null {
  return levels.find((level) => daysOf(flat(samplesOf(slotsAt(level, slot)))) >= daysNeeded[level]) ?? null;
}

export function judgeFigure({ measure, value, slot, of, tolerance }: Figure, samplesOf: SamplesOf): Verdict {
  const level = levelFor(slot, samplesOf);
  if (level === null) return { is: 'unknown' };
  const { on, floor, sides } = scales[measure];
  const values = flat(samplesOf(slotsAt(level, slot))).map((sample) => sample.value);
  const isFine = level === 'weekday_hour';
  const spread = isFine ? spreadIn(valuesOf(samplesOf(aroundSlot(slot))), on) : spreadOf(values, on);
  const band = deviationsMax * Math.max(floor(of), spread) * tolerance;
  // What is coarse mixes days and nights: there, only what lies well outside of all that was seen is unusual.
  const usual: Range = [quantileOf(values, 0.1), quantileOf(values, 0.9)];
  const [least, most] = isFine ? usual : [Math.min(...values), Math.max(...values)];
  const margin = isFine ? 0 : (deviationsMax / 2) * floor(of);
  const center = on(medianOf(values));
  const beyond = (far: number, edge: number) => far > band && edge > margin;
  const unusual = { is: 'unusual', level, value, hours: 1, usual } as const;
  if (sides.includes('high') && beyond(on(value) - center, on(value) - on(most))) return { ...unusual, side: 'high' };
  if (sides.includes('low') && beyond(center - on(value), on(least) - on(value))) return { ...unusual, side: 'low' };
  return { is: 'usual', telling: value > 0 || beyond(center - on(0), on(least) - on(0)) };
}
export type Range = [from: number, to: number];

export interface Hour {
  slot: Slot;
  value: number;
}

/**
 * Whether too little came in several hours together, where in each of them alone there may well be nothing: `hours` are those before
 * and with the latest, oldest first.
 */
export function judgeThinHours(hours: readonly Hour[], tolerance: number, samplesOf: SamplesOf): Verdict {
  const { on, floor } = scales.events_hourly;
  const known: number[][] = [];
  let [value, expected] = [0, 0];
  for (const hour of hours.toReversed()) {
    const samples = samplesOf([hour.slot]).get(hour.slot) ?? [];
    if (daysOf(samples) < daysNeeded.weekday_hour) break;
    const values = samples.map((sample) => sample.value);
    [value, expected] = [value + hour.value, expected + medianOf(values)];
    const length = known.push(values);
    // The spread is looked at where it matters: most hours are as expected.
    if (!windows.includes(length) || on(expected) - on(value) <= deviationsMax * floor(1) * tolerance) continue;
    const sum = (share: number) => known.reduce((total, each) => total + quantileOf(each, share), 0);
    const usual: Range = [sum(0.1), sum(0.9)];
    if (on(expected) - on(value) > deviationsMax * spreadIn(known, on) * tolerance && value < usual[0])
      return { is: 'unusual', side: 'low', level: 'weekday_hour', value, hours: length, usual };
  }
  return { is: 'usual', telling: false };
}
const windows = [3, 6, 12, 24];

/** One that a person dismissed widens the band by half, twice at most in effect. */
export const toleranceAfter = (dismissed: number): number => 1 + 0.5 * Math.min(2, dismissed);

/** How far samples lie from the median of their own slot, over several slots. */
function spreadIn(slots: Iterable<readonly number[]>, on: Scale['on']): number {
  const deviations = [...slots].flatMap((values) => {
    const center = on(medianOf(values));
    return values.map((value) => Math.abs(on(value) - center));
  });
  return fewSamples * 1.4826 * medianOf(deviations);
}
/** Few samples lie nearer to their own median than to the true one. */
const fewSamples = 1.2;

function spreadOf(values: readonly number[], on: Scale['on']): number {
  const center = on(medianOf(values));
  return 1.4826 * medianOf(values.map((value) => Math.abs(on(value) - center)));
}

const valuesOf = (samples: ReadonlyMap<Slot, readonly Sample[]>): number[][] =>
  [...samples.values()].map((each) => each.map(({ value }) => value));
const flat = (samples: ReadonlyMap<Slot, readonly Sample[]>): Sample[] => [...samples.values()].flat();
const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5);

function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}
