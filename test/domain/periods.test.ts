import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isDue, localDay, periodAt, periodBefore, periodKinds, settleMs, startOfDay } from '../../domain/periods.ts';

const zones = ['UTC', 'America/Chicago', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Cairo',
  'Pacific/Apia', 'America/St_Johns', 'Asia/Beirut']; // prettier-ignore

describe('a period', () => {
  it.each([
    ['week', '2026-11-21T12:00:00Z', 'America/Chicago', '2026-W47', '2026-11-16', '2026-11-22', '2026-11-16T06:00:00.000Z'],
    // Sunday evening in Chicago is Monday in UTC.
    ['week', '2026-11-23T03:00:00Z', 'America/Chicago', '2026-W47', '2026-11-16', '2026-11-22', '2026-11-16T06:00:00.000Z'],
    ['week', '2026-11-23T06:00:00Z', 'America/Chicago', '2026-W48', '2026-11-23', '2026-11-29', '2026-11-23T06:00:00.000Z'],
    // The week of the year's change belongs to the year of its Thursday.
    ['week', '2027-01-02T12:00:00Z', 'UTC', '2026-W53', '2026-12-28', '2027-01-03', '2026-12-28T00:00:00.000Z'],
    ['month', '2026-11-01T03:30:00Z', 'America/Chicago', '2026-10', '2026-10-01', '2026-10-31', '2026-10-01T05:00:00.000Z'],
    ['month', '2028-02-29T12:00:00Z', 'Asia/Kolkata', '2028-02', '2028-02-01', '2028-02-29', '2028-01-31T18:30:00.000Z'],
  ] as const)('%s of %s in %s is %s', (kind, at, zone, key, firstDay, lastDay, start) => {
    expect(periodAt(kind, new Date(at), zone)).toMatchObject({ kind, key, firstDay, lastDay, start: new Date(start) });
  });

  it('of the month in which summer time ends or begins is an hour longer or shorter', () => {
    const hours = (at: string, zone: string) => {
      const { start, end } = periodAt('month', new Date(at), zone);
      return (end.getTime() - start.getTime()) / 3_600_000;
    };
    expect(hours('2026-11-10T00:00:00Z', 'America/Chicago')).toBe(30 * 24 + 1);
    expect(hours('2026-03-10T00:00:00Z', 'America/Chicago')).toBe(31 * 24 - 1);
    expect(hours('2026-10-10T00:00:00Z', 'Australia/Lord_Howe')).toBe(31 * 24 - 0.5);
  });

  it('begins at 01:00 on a day whose midnight summer time leaves out', () => {
    // Egypt's clocks go from 00:00 to 01:00 on the last Friday of April.
    expect(startOfDay('2026-04-24', 'Africa/Cairo').toISOString()).toBe('2026-04-23T22:00:00.000Z');
    expect(localDay(new Date('2026-04-23T21:59:59.999Z'), 'Africa/Cairo')).toBe('2026-04-23');
  });

  it('follows on the one before without a gap and holds every moment once, in any zone', () => {
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), fc.constantFrom(...periodKinds), (at, zone, kind) => {
        const period = periodAt(kind, at, zone);
        expect(period.start <= at && at < period.end).toBe(true);
        expect(localDay(period.start, zone)).toBe(period.firstDay);
        expect(localDay(new Date(period.end.getTime() - 1), zone)).toBe(period.lastDay);
        expect(periodBefore(period, zone).end).toEqual(period.start);
      }),
    );
  });
});

describe('a period’s value', () => {
  const period = periodAt('week', new Date('2026-11-18T12:00:00Z'), 'UTC');
  const facts = {
    taken: { key: period.key, takenAt: new Date('2026-11-20T12:00:00Z') },
    now: new Date('2026-11-21T12:00:00Z'),
    since: new Date('2026-11-01T00:00:00Z'),
    changedAt: new Date('2026-11-20T11:00:00Z'),
    touched: false,
  };
  const after = (ms: number) => new Date(period.end.getTime() + ms);
  it.each([
    ['is taken when there is none', { taken: undefined }, true],
    ['is none of a time before the connection', { taken: undefined, since: after(1), now: after(2) }, false],
    ['stays while nothing came', {}, false],
    ['is taken anew when something came', { changedAt: new Date('2026-11-20T13:00:00Z') }, true],
    ['is taken once after its end', { now: after(0) }, true],
    ['and then stays', { now: after(3_600_000), taken: { key: '', takenAt: after(60_000) } }, false],
    ['is taken once more when all has settled', { now: after(settleMs), taken: { key: '', takenAt: after(60_000) } }, true],
    ['and then stays for good', { now: after(9 * settleMs), taken: { key: '', takenAt: after(settleMs) } }, false],
    ['is taken anew when something arrived late', { now: after(9 * settleMs), taken: { key: '', takenAt: after(settleMs) }, touched: true }, true], // prettier-ignore
  ])('%s', (_what, changes, due) => {
    expect(isDue(period, { ...facts, ...changes })).toBe(due);
  });
});
