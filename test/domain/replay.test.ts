import { describe, expect, it } from '@jest/globals';
import { queueKinds } from '../../domain/failed-work.ts';
import { describeMends, estimateMends } from '../../domain/mends.ts';
import { describeReplay, keptBecause, noReplayCounts, replayedKinds, type PreviewedRow } from '../../domain/replay.ts';

describe('A row of a preview', () => {
  const shown: PreviewedRow = { verdict: 'updated', mappingVersion: 2, hashBefore: 'aa', hashAfter: 'bb' };
  const now = { isOpen: true, mappingVersion: 2, hashBefore: 'aa', hashAfter: 'bb' };

  it('is carried out when everything is as it was shown', () => {
    expect(keptBecause(shown, now)).toBeNull();
    expect(keptBecause({ ...shown, hashBefore: null }, { ...now, hashBefore: null })).toBeNull();
  });

  it.each([
    ['its item was closed', shown, { ...now, isOpen: false }, 'closed since'],
    ['another version was published', shown, { ...now, mappingVersion: 3 }, 'Another version'],
    ['its row was changed', shown, { ...now, hashBefore: 'cc' }, 'row was changed'],
    ['a row was made', { ...shown, hashBefore: null }, now, 'row was changed'],
    ['the record is mapped differently', shown, { ...now, hashAfter: 'cc' }, 'mapped differently'],
    ['what came is gone', shown, null, 'past its retention'],
    ['it did not fit', { ...shown, verdict: 'unfit' }, now, 'did not fit'],
    ['nothing was known of it', { ...shown, verdict: 'unknown' }, now, 'Only trying it tells'],
  ] as const)('is left when %s', (_, row, standing, why) => {
    expect(keptBecause(row, standing)).toContain(why);
  });
});

describe('A replay', () => {
  it('says what became of its items', () => {
    expect(describeReplay(noReplayCounts, 3)).toBe('0 of 3 items were tried again.');
    expect(describeReplay({ ...noReplayCounts, kept: 1 }, 1)).toBe('1 of 1 item was tried again: 1 was left as it is.');
    expect(describeReplay({ ...noReplayCounts, created: 2, failed: 1 }, 3)).toBe(
      '3 of 3 items were tried again: 2 made a new row, 1 failed again or waits for the provider.',
    );
  });

  it('carries out records, pages and events, and leaves messages to people', () => {
    expect(replayedKinds.filter((kind) => ['record', 'page', 'event'].includes(kind))).toEqual(['record', 'page', 'event']);
    expect(replayedKinds).not.toContain('delivery');
    expect(queueKinds.length).toBeGreaterThan(replayedKinds.length);
  });
});

describe('What a change mends', () => {
  it.each([
    [
      { waiting: 3, looked: 3, fit: 2 },
      { items: 2, isEstimate: false },
    ],
    [
      { waiting: 0, looked: 0, fit: 0 },
      { items: 0, isEstimate: false },
    ],
    [
      { waiting: 10_000, looked: 500, fit: 250 },
      { items: 5_000, isEstimate: true },
    ],
    [
      { waiting: 10, looked: 0, fit: 0 },
      { items: 0, isEstimate: true },
    ],
  ])('of %j is %j', (facts, mends) => {
    expect(estimateMends(facts)).toEqual(mends);
  });

  it('is said in a sentence', () => {
    expect(describeMends({ items: 312, isEstimate: false })).toContain('Retry the 312 items this would mend');
    expect(describeMends({ items: 1, isEstimate: true })).toContain('about 1 item this');
    expect(describeMends({ items: 0, isEstimate: false })).toContain('no item');
  });
});
