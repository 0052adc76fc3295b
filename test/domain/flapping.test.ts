import { describe, expect, it } from '@jest/globals';
import { calmFor, judgeOpening, type EarlierIncident } from '../../domain/flapping.ts';
import { defaultPolicy } from '../../domain/policy.ts';

const { flapping: policy } = defaultPolicy;
const minute = 60_000;
const now = Date.parse('2026-11-23T12:00:00Z');
const ago = (minutes: number) => now - minutes * minute;
const earlier = (closed: number, opened: number[], more: Partial<EarlierIncident> = {}): EarlierIncident => ({
  closedAtMs: ago(closed),
  outcome: 'recovered',
  flapping: false,
  openedAtMs: opened.map(ago),
  ...more,
});

describe('a cause that is told again', () => {
  it.each<[string, EarlierIncident | null, ReturnType<typeof judgeOpening>]>([
    ['is new when there was none', null, 'new'],
    ['is the same soon after', earlier(10, [20]), 'reopened'],
    ['is new a while after', earlier(11, [20]), 'new'],
    ['is new soon after a person settled it', earlier(1, [20], { outcome: 'resolved' }), 'new'],
    ['flaps at the third time within six hours, soon after', earlier(5, [20, 100]), 'flapping'],
    ['flaps at the third time within six hours, also a while after', earlier(60, [70, 300]), 'flapping'],
    ['does not flap when the times before lie further back', earlier(60, [70, 361]), 'new'],
    ['is told once that it flaps', earlier(5, [20, 100, 200], { flapping: true }), 'reopened'],
    ['is the same for an hour when it flaps', earlier(60, [70, 100, 200], { flapping: true }), 'reopened'],
    ['is told again that it flaps when that hour was calm', earlier(61, [70, 100, 200], { flapping: true }), 'flapping'],
    [
      'is new when a flapping one stayed well for longer than the window',
      earlier(370, [380, 390, 400], { flapping: true }),
      'new',
    ],
  ])('%s', (_, before, opening) => {
    expect(judgeOpening(before, now, policy)).toBe(opening);
  });

  it('is over when it stayed well for ten minutes, or an hour when it flaps', () => {
    expect(calmFor({ flapping: false }, policy)).toBe(10 * minute);
    expect(calmFor({ flapping: true }, policy)).toBe(60 * minute);
  });
});
