import { describe, expect, it } from '@jest/globals';
import { refreshEarlyMs } from '../../domain/token-times.ts';

describe('An access token is renewed', () => {
  it.each([
    ['a quarter of an hour before its end, when it lives long', 24 * 3_600_000, 15 * 60_000],
    ['a quarter of an hour before its end, when it lives for half an hour', 30 * 60_000, 15 * 60_000],
    ['at half its life, when it lives for less', 10 * 60_000, 5 * 60_000],
  ])('%s', (_, lifetimeMs, earlyMs) => {
    expect(refreshEarlyMs(lifetimeMs)).toBe(earlyMs);
  });
});
