import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { quietUntil } from '../../domain/quiet-hours.ts';

const night = { from: '21:00', to: '08:00' };
const until = (now: string, quietHours: typeof night | null = night, zone = 'UTC') =>
  new Date(quietUntil(Date.parse(now), quietHours, zone)).toISOString().replace('.000', '');

describe('quiet hours', () => {
  it('let a message go at once outside of them, at their end too', () => {
    expect(until('2026-11-21T12:34:56Z')).toBe('2026-11-21T12:34:56Z');
    expect(until('2026-11-21T08:00:00Z')).toBe('2026-11-21T08:00:00Z');
    expect(until('2026-11-21T20:59:59Z')).toBe('2026-11-21T20:59:59Z');
  });

  it('span midnight', () => {
    expect(until('2026-11-21T21:00:00Z')).toBe('2026-11-22T08:00:00Z');
    expect(until('2026-11-22T00:00:00Z')).toBe('2026-11-22T08:00:00Z');
    expect(until('2026-11-22T07:59:59Z')).toBe('2026-11-22T08:00:00Z');
  });

  it('may lie within one day', () => {
    expect(until('2026-11-21T12:30:00Z', { from: '12:00', to: '13:00' })).toBe('2026-11-21T13:00:00Z');
    expect(until('2026-11-21T13:30:00Z', { from: '12:00', to: '13:00' })).toBe('2026-11-21T13:30:00Z');
  });

  it('may end soon after they began', () => {
    expect(until('2026-11-21T07:30:00Z', { from: '07:20', to: '08:00' })).toBe('2026-11-21T08:00:00Z');
  });

  it('are those of the zone, not of the server', () => {
    expect(until('2026-11-21T12:00:00Z', night, 'Asia/Tokyo')).toBe('2026-11-21T23:00:00Z');
    expect(until('2026-11-21T12:00:00Z', night, 'America/Los_Angeles')).toBe('2026-11-21T16:00:00Z');
    expect(until('2026-11-21T18:00:00Z', night, 'Asia/Kathmandu')).toBe('2026-11-22T02:15:00Z');
  });

  it('end at eight by the local clock in the night that loses an hour', () => {
    expect(until('2026-03-28T22:00:00Z', night, 'Europe/Berlin')).toBe('2026-03-29T06:00:00Z');
  });

  it('end at eight by the local clock in the night that has an hour more', () => {
    expect(until('2026-10-24T21:00:00Z', night, 'Europe/Berlin')).toBe('2026-10-25T07:00:00Z');
    expect(until('2026-11-01T04:00:00Z', night, 'America/New_York')).toBe('2026-11-01T13:00:00Z');
  });

  it('do not exist when there are none, or when they are empty', () => {
    expect(until('2026-11-21T23:00:00Z', null)).toBe('2026-11-21T23:00:00Z');
    expect(until('2026-11-21T23:00:00Z', { from: '08:00', to: '08:00' })).toBe('2026-11-21T23:00:00Z');
  });

  it('never end in the past, nor in quiet hours, nor later than a day and an hour', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const now = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-12-31') });
    fc.assert(
      fc.property(now, time, time, zone, (nowMs, from, to, timeZone) => {
        const end = quietUntil(nowMs, { from, to }, timeZone);
        expect(end).toBeGreaterThanOrEqual(nowMs);
        expect(end - nowMs).toBeLessThanOrEqual(25 * 3_600_000);
        expect(quietUntil(end, { from, to }, timeZone)).toBe(end);
      }),
    );
  });
});
