/**
 * Weeks and months as the people of a company live them: from a local midnight to the next, whatever summer time does in between.
 * Weeks begin on Monday (ISO 8601). Days are `YYYY-MM-DD`.
 */
export const periodKinds = ['week', 'month'] as const;
export type PeriodKind = (typeof periodKinds)[number];

export interface Period {
  kind: PeriodKind;
  /** `2026-W47`, or `2026-11`. */
  key: string;
  firstDay: string;
  lastDay: string;
  /** The first moment in it. */
  start: Date;
  /** The first moment after it. */
  end: Date;
}

const dayMs = 86_400_000;

export function periodAt(kind: PeriodKind, at: Date, timeZone: string): Period {
  const today = utcDay(localDay(at, timeZone));
  const first = kind === 'week' ? today - ((new Date(today).getUTCDay() + 6) % 7) * dayMs : firstOfMonth(today, 0);
  const next = kind === 'week' ? first + 7 * dayMs : firstOfMonth(today, 1);
  return {
    kind,
    key: kind === 'week' ? weekKey(first) : dayText(first).slice(0, 7),
    firstDay: dayText(first),
    lastDay: dayText(next - dayMs),
    start: startOfDay(dayText(first), timeZone),
    end: startOfDay(dayText(next), timeZone),
  };
}

export function periodBefore({ kind, start }: Period, timeZone: string): Period {
  return periodAt(kind, new Date(start.getTime() - 1), timeZone);
}

/**
 * The first moment of a local day. A day may begin at 01:00, where summer time takes its first hour away, and an hour that comes twice
 * belongs to the day before.
 */
export function startOfDay(day: string, timeZone: string): Date {
  const midnight = utcDay(day);
  const candidates = [midnight - dayMs, midnight + dayMs]
    .map((around) => midnight - offsetMs(new Date(around), timeZone))
    .toSorted((a, b) => a - b);
  const first = candidates.find((at) => localDay(new Date(at), timeZone) === day && localDay(new Date(at - 1), timeZone) < day);
  // A whole day that a zone has left out begins with the next one.
  return new Date(first ?? candidates[0]!);
}

export function localDay(at: Date, timeZone: string): string {
  const { year, month, day } = parts(at, timeZone);
  return `${year}-${month}-${day}`;
}

/** What the local clock is ahead of UTC. */
function offsetMs(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = parts(at, timeZone);
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return local - Math.floor(at.getTime() / 1000) * 1000;
}

function parts(at: Date, timeZone: string): Record<string, string> {
  const two = '2-digit';
  const form = {
    timeZone,
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
    hourCycle: 'h23',
  } as const;
  return Object.fromEntries(new Intl.DateTimeFormat('en-US', form).formatToParts(at).map(({ type, value }) => [type, value]));
}

const utcDay = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayText = (at: number) => new Date(at).toISOString().slice(0, 10);

function firstOfMonth(at: number, monthsLater: number): number {
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + monthsLater, 1);
}

/** A week belongs to the year of its Thursday. */
function weekKey(monday: number): string {
  const thursday = monday + 3 * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** What is kept of a period's value. */
export interface TakenPeriod {
  key: string;
  takenAt: Date;
}

/** Texts are told delivered, and deals entered, for a while after: a period that is over is taken once more by then. */
export const settleMs = 36 * 3_600_000;

/**
 * Whether a period is taken anew: the one under way when something came since, one that is over once after its end and once more when
 * all has settled, and any in which something arrived late. One that was over before the connection was there has no value.
 */
export function isDue(
  period: Period,
  facts: { taken: TakenPeriod | undefined; now: Date; since: Date; changedAt: Date | null; touched: boolean },
): boolean {
  const { taken, now, since, changedAt, touched } = facts;
  const end = period.end.getTime();
  if (!taken) return since.getTime() < end;
  if (touched) return true;
  if (now.getTime() < end) return changedAt !== null && changedAt > taken.takenAt;
  return taken.takenAt.getTime() < end || (now.getTime() >= end + settleMs && taken.takenAt.getTime() < end + settleMs);
}

/** A report waits this long after its period, so that the night's runs are in it: until 06:00, where no clock changes. */
export const reportAfterMs = 6 * 3_600_000;
