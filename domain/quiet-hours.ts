import { localMoment, minutesOf } from './local-time.ts';
import type { QuietHours } from './policy.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** By how much a change of summer time, in minutes, may move the end of quiet hours. */
const clockChanges = [-60, -30, 0, 30, 60];

/**
 * When a message may go out: `now`, or the end of the quiet hours it falls into. Times in milliseconds since the epoch; the zone
 * is an IANA name. The end is by the local clock, and a change of summer time may lie between: the first time around the expected
 * end that is quiet no more.
 */
export function quietUntil(nowMs: number, quietHours: QuietHours | null, timeZone: string): number {
  if (!quietHours || quietHours.from === quietHours.to || !isQuiet(nowMs, quietHours, timeZone)) return nowMs;
  const left = (minutesOf(quietHours.to) - localMinutes(nowMs, timeZone) + dayMinutes) % dayMinutes;
  const expected = Math.floor(nowMs / minuteMs) * minuteMs + left * minuteMs;
  const ends = clockChanges.map((minutes) => expected + minutes * minuteMs);
  return ends.find((end) => end > nowMs && !isQuiet(end, quietHours, timeZone)) ?? expected;
}

function isQuiet(atMs: number, { from, to }: QuietHours, timeZone: string): boolean {
  const now = localMinutes(atMs, timeZone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start < end ? now >= start && now < end : now >= start || now < end;
}

function localMinutes(atMs: number, timeZone: string): number {
  return localMoment(atMs, timeZone).minutes;
}
