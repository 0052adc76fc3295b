/**
 * What a connection's figures usually are, by weekday and hour in the company's zone: a few samples for each of the week's 168 hours,
 * the newest eight times that this hour came round, so that slow change becomes the usual by itself.
 */
export interface Sample {
  /** Seconds since 1970. */
  at: number;
  value: number;
}

/** Weekday and hour as one number: 0 is Monday from midnight to 01:00. */
export type Slot = number;
export const slotsOfWeek = 168;

/** From fine to coarse: the coarser ones stand in while there is little history. */
export const levels = ['weekday_hour', 'hour', 'weekday', 'all'] as const;
export type Level = (typeof levels)[number];

const hourS = 3_600;
const dayS = 24 * hourS;
/** Times that an hour of the week came round, and samples of one such time: a run every five minutes must not fill it in an hour. */
const [timesKept, samplesOfOneTime] = [8, 2];

/** A formatter takes long to make: the answered function is for many moments of one zone. */
export function slotReader(timeZone: string): (at: Date) => Slot {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return weekdays.indexOf(parts['weekday']!) * 24 + Number(parts['hour']);
  };
}
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The slots that a level looks at for a moment in `slot`. */
export function slotsAt(level: Level, slot: Slot): Slot[] {
  const all = Array.from({ length: slotsOfWeek }, (_, each) => each);
  if (level === 'all') return all;
  if (level === 'weekday') return all.filter((each) => Math.floor(each / 24) === Math.floor(slot / 24));
  if (level === 'hour') return all.filter((each) => each % 24 === slot % 24);
  return [slot];
}

/** The slot with the hours around it: they tell how much its values scatter, though not where they lie. */
export const aroundSlot = (slot: Slot): Slot[] =>
  Array.from({ length: 2 * hoursAround + 1 }, (_, place) => (slot + place - hoursAround + slotsOfWeek) % slotsOfWeek);
const hoursAround = 2;

/** Keeps a sample of a slot; one of the same moment is there already. Oldest first. */
export function remember(samples: readonly Sample[], sample: Sample): Sample[] {
  if (samples.some(({ at }) => at === sample.at)) return [...samples];
  const sorted = [...samples, sample].toSorted((a, b) => a.at - b.at);
  return timesOf(sorted)
    .slice(-timesKept)
    .flatMap((time) => time.slice(0, samplesOfOneTime));
}

/** The samples by the days on which they were taken. Samples of one slot lie an hour or a week apart. */
function timesOf(sorted: readonly Sample[]): Sample[][] {
  const times: Sample[][] = [];
  for (const sample of sorted) {
    const last = times.at(-1);
    if (last && sample.at - last[0]!.at < dayS / 2) last.push(sample);
    else times.push([sample]);
  }
  return times;
}

/** How many days the samples are of. */
export const daysOf = (samples: readonly Sample[]): number => new Set(samples.map(({ at }) => Math.floor(at / dayS))).size;

/** Days of history that a level needs before anything is judged by it. */
export const daysNeeded: Record<Level, number> = { weekday_hour: 4, hour: 8, weekday: 4, all: 8 };
