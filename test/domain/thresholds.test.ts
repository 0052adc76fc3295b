import { describe, expect, it } from '@jest/globals';
import { defaultPolicy } from '../../domain/policy.ts';
import { judgeStreak } from '../../domain/thresholds.ts';

const { thresholds } = defaultPolicy;
const day = 86_400_000;
const now = Date.parse('2026-11-23T12:00:00Z');
const streak = (failures: number, days: number) => ({ failures, sinceMs: now - days * day });

describe('a connection that only fails', () => {
  it.each([
    ['nothing yet', 0, 0, 'go_on'],
    ['enough failures in too short a time', 500, 3.9, 'go_on'],
    ['long enough with too few failures', 19, 30, 'go_on'],
    ['both', 20, 4, 'warn'],
    ['both by far', 500, 30, 'warn'],
  ])('without a warning, %s: %d failures in %d days are %s', (_, failures, days, verdict) => {
    expect(judgeStreak(streak(failures, days), null, now, thresholds).verdict).toBe(verdict);
  });

  it.each([
    ['too few', 29, 8, 2, 'go_on'],
    ['too short', 300, 6.9, 2, 'go_on'],
    ['both', 30, 7, 3, 'pause'],
    ['both, a moment after the warning', 30, 7, 0.9, 'go_on'],
    ['both, a day after the warning', 300, 30, 1, 'pause'],
  ])('after a warning, %s: %d failures in %d days, warned %d days ago, are %s', (_, failures, days, warned, verdict) => {
    expect(judgeStreak(streak(failures, days), now - warned * day, now, thresholds).verdict).toBe(verdict);
  });

  it('says when it is paused at the earliest, with a day for whoever reads it', () => {
    expect(judgeStreak(streak(20, 4), null, now, thresholds)).toEqual({ verdict: 'warn', pauseAtMs: now + 3 * day });
    expect(judgeStreak(streak(90, 20), null, now, thresholds)).toEqual({ verdict: 'warn', pauseAtMs: now + day });
  });

  it('is never judged by a streak that has ended', () => {
    expect(judgeStreak({ failures: 0, sinceMs: null }, now - 9 * day, now, thresholds)).toEqual({ verdict: 'go_on' });
  });
});
