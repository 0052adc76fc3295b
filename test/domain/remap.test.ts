import { describe, expect, it } from '@jest/globals';
import { describeRemap, describeStanding, noCounts } from '../../domain/remap.ts';

describe('A re-mapping', () => {
  it('is told by what became of the records', () => {
    expect(describeRemap(noCounts)).toBe('0 raw records were mapped again.');
    expect(describeRemap({ ...noCounts, replayed: 7, created: 2, ignored: 1, failed: 4, gone: 3 })).toBe(
      '7 raw records were mapped again: 2 created, 1 older than what is stored, 4 still not fitting. 3 more are past their retention.',
    );
  });

  it('leaves rows of earlier versions, which only the provider can give again', () => {
    expect(
      describeStanding(3, [
        { version: null, rows: 5 },
        { version: 3, rows: 9 },
      ]),
    ).toBeNull();
    expect(
      describeStanding(3, [
        { version: 1, rows: 2 },
        { version: 2, rows: 4 },
        { version: 3, rows: 9 },
      ]),
    ).toContain('6 rows were made by versions before 3.');
  });
});
