/** Who is on duty, by weekly shifts in each person's own zone. */
import { localMoment, minutesOf } from './local-time.ts';

/** Local times `HH:MM`. `from` later than `to` ends on the day after; equal, it lasts a whole day. */
export interface Shift {
  /** On which days it begins: 1 is Monday, 7 Sunday. */
  days: number[];
  from: string;
  to: string;
}

export interface DutyMember {
  userId: string;
  /** An IANA name. */
  timeZone: string;
  /** Without any, this person is on duty always: the one who stands behind the others. */
  shifts: Shift[];
}

/**
 * Those on duty at a moment, in the roster's order. By the clock on the wall there: a shift keeps its local hours when summer time
 * changes, an hour that is skipped is nobody's, and one that comes twice belongs to the shift both times.
 */
export function onDuty(members: readonly DutyMember[], nowMs: number): DutyMember[] {
  return members.filter(({ timeZone, shifts }) => {
    if (shifts.length === 0) return true;
    const { weekday, minutes } = localMoment(nowMs, timeZone);
    return shifts.some((shift) => covers(shift, weekday, minutes));
  });
}

function covers({ days, from, to }: Shift, weekday: number, minutes: number): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const began = (day: number) => days.includes(day === 0 ? 7 : day);
  if (start < end) return began(weekday) && minutes >= start && minutes < end;
  return (began(weekday) && minutes >= start) || (began(weekday - 1) && minutes < end);
}
