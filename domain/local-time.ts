/** Local times of a zone (an IANA name), as moments and back. Formatters are made once: making one takes a thousand times as long as using it. */

const local = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;
const withOffset = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/i;

/** Reads texts: one with an offset as it says, one without as a time of `zone`. Answers milliseconds, or `NaN` for what is no time. */
export function zonedReader(zone: string): (text: string) => number {
  const offsetAt = offsetsOf(zone);
  return (text) => {
    const parts = local.exec(text);
    if (!parts) return withOffset.test(text) ? Date.parse(text) : Number.NaN;
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0'] = parts;
    const asUtc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
    if (Number.isNaN(asUtc) || new Date(asUtc).getUTCDate() !== Number(day)) return Number.NaN;
    const near = asUtc - offsetAt(asUtc);
    // Near a change of the clock the offset at the moment itself counts; an hour that was skipped lies after the change.
    return asUtc - offsetAt(near);
  };
}

/** The day on which a moment lies in `zone`, as `YYYY-MM-DD`. */
export function dayReader(zone: string): (ms: number) => string {
  const offsetAt = offsetsOf(zone);
  return (ms) => new Date(ms + offsetAt(ms)).toISOString().slice(0, 10);
}

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

/** By how many milliseconds the zone's clock is ahead of UTC at a moment. */
function offsetsOf(timeZone: string): (ms: number) => number {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  return (ms) => {
    if (!(Math.abs(ms) < latestMs)) return Number.NaN;
    const [month, day, year, hour, minute, second] = format.format(ms).split(/\D+/).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000;
  };
}

/** Short of the last moment that a `Date` can hold, by more than any offset. */
const latestMs = 8.64e15 - 2 * 86_400_000;

/** The clock on the wall of a zone: 1 is Monday, 7 Sunday; minutes since its midnight. */
export function localMoment(ms: number, zone: string): { weekday: number; minutes: number } {
  const offsetAt = offsetReader(zone);
  const there = new Date(ms + offsetAt(ms));
  return { weekday: there.getUTCDay() || 7, minutes: there.getUTCHours() * 60 + there.getUTCMinutes() };
}

/** Of a local time `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

/** Kept by zone, of which there are a few hundred. */
const readers = new Map<string, (ms: number) => number>();

function offsetReader(zone: string): (ms: number) => number {
  const known = readers.get(zone) ?? offsetsOf(zone);
  readers.set(zone, known);
  return known;
}
