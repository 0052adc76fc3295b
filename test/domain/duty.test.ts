import { describe, expect, it } from '@jest/globals';
import { onDuty, type DutyMember, type Shift } from '../../domain/duty.ts';

const member = (userId: string, timeZone: string, ...shifts: Shift[]): DutyMember => ({ userId, timeZone, shifts });
const shift = (days: number[], from: string, to: string): Shift => ({ days, from, to });
const week = [1, 2, 3, 4, 5];
const at = (iso: string, ...members: DutyMember[]) => onDuty(members, Date.parse(iso)).map(({ userId }) => userId);

describe('who is on duty', () => {
  it.each([
    ['2026-11-23T08:59:00Z', []],
    ['2026-11-23T09:00:00Z', ['day']],
    ['2026-11-23T16:59:59Z', ['day']],
    ['2026-11-23T17:00:00Z', []],
    ['2026-11-22T12:00:00Z', []],
  ])('at %s, of a working day in UTC: %j', (iso, expected) => {
    expect(at(iso, member('day', 'UTC', shift(week, '09:00', '17:00')))).toEqual(expected);
  });

  it.each([
    ['2026-11-22T23:00:00Z', ['night']],
    ['2026-11-23T05:59:00Z', ['night']],
    ['2026-11-23T06:00:00Z', []],
    ['2026-11-23T22:00:00Z', []],
  ])('at %s, of a night that begins on Sunday: %j', (iso, expected) => {
    expect(at(iso, member('night', 'UTC', shift([7], '22:00', '06:00')))).toEqual(expected);
  });

  it('follows the sun by each person’s own zone, in the roster’s order', () => {
    const office = shift(week, '09:00', '17:00');
    const all = [
      member('backup', 'UTC'),
      member('berlin', 'Europe/Berlin', office),
      member('york', 'America/New_York', office),
      member('tokyo', 'Asia/Tokyo', office),
    ];
    expect(at('2026-11-23T10:00:00Z', ...all)).toEqual(['backup', 'berlin']);
    expect(at('2026-11-23T15:00:00Z', ...all)).toEqual(['backup', 'berlin', 'york']);
    expect(at('2026-11-23T03:00:00Z', ...all)).toEqual(['backup', 'tokyo']);
    expect(at('2026-11-21T10:00:00Z', ...all)).toEqual(['backup']);
  });

  it('keeps local hours when summer time begins and ends', () => {
    const morning = member('m', 'Europe/Berlin', shift([7], '08:00', '09:00'));
    expect(at('2026-03-22T07:30:00Z', morning)).toEqual(['m']); // winter: UTC+1
    expect(at('2026-03-29T07:30:00Z', morning)).toEqual([]); // the clocks went forward in the night
    expect(at('2026-03-29T06:30:00Z', morning)).toEqual(['m']);
    expect(at('2026-10-25T07:30:00Z', morning)).toEqual(['m']);
    const twice = member('t', 'Europe/Berlin', shift([7], '02:00', '03:00'));
    expect(at('2026-10-25T00:30:00Z', twice)).toEqual(['t']);
    expect(at('2026-10-25T01:30:00Z', twice)).toEqual(['t']);
    expect(at('2026-10-25T02:30:00Z', twice)).toEqual([]);
    expect(at('2026-03-29T01:00:00Z', twice)).toEqual([]); // that hour was skipped
  });

  it('takes equal times for a whole day', () => {
    const day = member('d', 'UTC', shift([1], '08:00', '08:00'));
    expect(at('2026-11-23T08:00:00Z', day)).toEqual(['d']);
    expect(at('2026-11-24T07:59:00Z', day)).toEqual(['d']);
    expect(at('2026-11-24T08:00:00Z', day)).toEqual([]);
  });
});
