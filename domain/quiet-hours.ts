import type { QuietHours } from './policy.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/**
 * When a message may go out: `now`, or the end of the quiet hours it falls into. Times in milliseconds since the epoch; the zone
 * is an IANA name. Walks to the end by the local clock again, because a change of summer time may lie between.
 */
export function quietUntil(nowMs: number, quietHours: QuietHours | null, timeZone: string): number {
  if (!quietHours || quietHours.from === quietHours.to) return nowMs;
  let at = nowMs;
  for (let round = 0; round < 3 && isQuiet(at, quietHours, timeZone); round += 1) {
    const left = (minutesOf(quietHours.to) - localMinutes(at, timeZone) + dayMinutes) % dayMinutes;
    at = Math.floor(at / minuteMs) * minuteMs + left * minuteMs;
  }
  return at;
}

function isQuiet(atMs: number, { from, to }: QuietHours, timeZone: string): boolean {
  const now = localMinutes(atMs, timeZone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start < end ? now >= start && now < end : now >= start || now < end;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

function localMinutes(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(atMs);
  return minutesOf(parts);
}
