import { describe, expect, it } from '@jest/globals';
import { failureCodes } from '../../domain/failure.ts';
import { describeNext, likenessOf, mendOf, mends, queueKinds, queueStates, type Mend } from '../../domain/failed-work.ts';
import { nextStep, usualRetryLadderMs } from '../../domain/retry-ladder.ts';

const waitOf = (attempts: number, id = 'item_1', mend: Mend = 'time') => nextStep(usualRetryLadderMs, { id, attempts, mend });

describe('The ladder', () => {
  it.each([
    [1, 5_000],
    [2, 300_000],
    [3, 1_800_000],
    [4, 7_200_000],
    [5, 18_000_000],
    [6, 36_000_000],
  ])('waits after failure %i about %i ms, a fifth more or less', (attempts, rungMs) => {
    const waits = Array.from({ length: 500 }, (_, index) => waitOf(attempts, `item_${index}`).waitMs!);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8 * rungMs);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1.2 * rungMs);
    // Spread over the whole width, and not the same for all.
    expect(Math.min(...waits)).toBeLessThan(0.85 * rungMs);
    expect(Math.max(...waits)).toBeGreaterThan(1.15 * rungMs);
  });

  it('waits the same again for the same item and attempt', () => {
    expect(waitOf(3)).toEqual(waitOf(3));
    expect(waitOf(3)).not.toEqual(waitOf(3, 'item_2'));
  });

  it('ends in a dead item after the seventh failure', () => {
    expect(waitOf(6).state).toBe('pending');
    expect(waitOf(7)).toEqual({ state: 'dead', waitMs: null });
    expect(waitOf(70)).toEqual({ state: 'dead', waitMs: null });
  });

  it.each(mends.filter((mend) => mend !== 'time'))('tries nothing by itself that waits for %s', (mend) => {
    expect(waitOf(1, 'item_1', mend)).toEqual({ state: 'pending', waitMs: null });
    expect(waitOf(7, 'item_1', mend)).toEqual({ state: 'dead', waitMs: null });
  });

  it('may be empty: nothing is tried again by itself', () => {
    expect(nextStep([], { id: 'item_1', attempts: 1, mend: 'time' })).toEqual({ state: 'dead', waitMs: null });
  });
});

describe('What mends failed work', () => {
  it('is time for outages and our own defects, and never for a message', () => {
    const byTime = (kind: (typeof queueKinds)[number]) => failureCodes.filter((code) => mendOf(kind, code) === 'time');
    for (const kind of queueKinds.filter((each) => each !== 'delivery'))
      expect(byTime(kind)).toEqual(['provider_unavailable', 'rate_limited', 'defect']);
    expect(byTime('delivery')).toEqual([]);
  });

  it('is a mapping for a record that was rejected', () => {
    expect(mendOf('record', 'record_rejected')).toBe('mapping');
    expect(mendOf('event', 'record_rejected')).toBe('person');
    expect(mendOf('page', 'credentials_rejected')).toBe('credentials');
  });
});

describe('What happens next', () => {
  const item = { kind: 'page', code: 'provider_unavailable', state: 'pending', mend: 'time', attempts: 2 } as const;
  const nextAttemptAt = new Date('2026-11-21T10:00:00.000Z');

  it.each([
    [{ ...item, nextAttemptAt }, 'It is tried again by itself at 2026-11-21T10:00:00.000Z'],
    [
      { ...item, nextAttemptAt: null, state: 'dead', attempts: 7 },
      'It failed 7 times and is not tried again by itself. Retry it',
    ],
    [{ ...item, nextAttemptAt: null, state: 'retrying' }, 'It is being tried again now.'],
    [{ ...item, nextAttemptAt: null, state: 'ignored' }, 'Nothing: it is ignored.'],
    [{ ...item, nextAttemptAt: null, kind: 'record', code: 'record_rejected', mend: 'mapping' }, 'Waits for a mapping that fits'],
    [{ ...item, nextAttemptAt: null, kind: 'delivery', code: 'ambiguous', mend: 'person' }, 'decided at the message itself'],
    [{ ...item, nextAttemptAt: null, code: 'permission_missing', mend: 'permission' }, 'grant the missing permission'],
  ] as const)('of %j is said', (work, words) => {
    expect(describeNext(work)).toContain(words);
  });

  it('is a sentence in every case', () => {
    for (const kind of queueKinds)
      for (const code of failureCodes)
        for (const state of queueStates)
          for (const mend of mends)
            expect(describeNext({ kind, code, state, mend, attempts: 1, nextAttemptAt: null })).toMatch(/^[A-Z].*\.$/);
  });
});

describe('What sentences of one cause have in common', () => {
  it.each([
    ['status is "teleported", which is unknown', 'status is "sold", which is unknown', true],
    ['amount 12 is too large', 'amount 4711 is too large', true],
    ['The deal 4f2a-99 is gone', 'The deal 77bb-12 is gone', true],
    ['status is empty', 'title is empty', false],
  ])('%s / %s: %s', (one, other, alike) => {
    expect(likenessOf(one) === likenessOf(other)).toBe(alike);
  });
});
