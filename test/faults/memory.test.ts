import { describe, expect, it } from '@jest/globals';
import { trendOf, type Sample } from './memory.ts';

/** Ten minutes, a sample every five seconds. */
const samples = (mibAt: (atS: number) => number): Sample[] =>
  Array.from({ length: 120 }, (_, index) => ({ atS: index * 5, mib: mibAt(index * 5) }));

describe('The judgement on memory', () => {
  it.each([
    ['level', () => 200, true],
    ['level, with a peak now and then', (atS: number) => (atS % 60 === 0 ? 380 : 200), true],
    ['rising while it warms up, then level', (atS: number) => Math.min(200, 80 + atS), true],
    ['going up and down with the garbage', (atS: number) => 180 + (atS % 90) / 3, true],
    ['rising by a MiB in ten seconds', (atS: number) => 200 + atS / 10, false],
    ['rising under peaks', (atS: number) => (atS % 60 === 0 ? 380 : 200 + atS / 8), false],
  ])('of one that is %s', (_, mibAt, isFlat) => {
    expect(trendOf(samples(mibAt))).toMatchObject({ isFlat });
  });

  it('says nothing of a process that was hardly watched', () => {
    expect([trendOf([]), trendOf(samples(() => 200).slice(0, 5))]).toEqual([null, null]);
  });
});
