import { describe, expect, it } from '@jest/globals';
import { definitionOf, metricDefinitions } from '../../domain/metrics.ts';
import { judgeValue, type PlausibleBounds } from '../../domain/plausible.ts';

const judge = (plausible: PlausibleBounds, last: string | null, value: string | null) =>
  judgeValue({ title: 'Calls', unit: 'calls', period: 'last_30_days', plausible }, { last, value });
const counted = { jump: { times: 50, from: 100 }, drop: { times: 100, from: 1_000 } };

describe('a value', () => {
  it.each([
    ['nothing where there were thousands', counted, '3120', '0', 'less than a 100th'],
    ['a hundredth of thousands', counted, '3120', '31', 'less than a 100th'],
    ['a jump', counted, '100', '5001', 'more than 50 times as much'],
    ['a rate above 100', { range: [0, 100] as [number, number] }, '90', '101', 'only lie between 0 and 100'],
    ['a first rate below 0', { range: [0, 100] as [number, number] }, null, '-1', 'only lie between 0 and 100'],
  ])('is not believed for %s', (_what, bounds, last, value, why) => {
    const verdict = judge(bounds, last, value);
    expect(verdict).toMatchObject({ plausible: false, sentence: expect.stringContaining(why) });
    expect(verdict).toMatchObject({ sentence: expect.stringMatching(/^"Calls" \(last 30 days\) would be .+\.$/) });
  });

  it.each([
    ['the first one', counted, null, '9000'],
    ['nothing where there were hundreds', counted, '999', '0'],
    ['at the bound of a jump', counted, '100', '5000'],
    ['a jump from little', counted, '99', '9000'],
    ['a rate of nothing', { range: [0, 100] as [number, number] }, '90', null],
    ['anything, without bounds', {}, '3120', '0'],
  ])('is believed when it is %s', (_what, bounds, last, value) => {
    expect(judge(bounds, last, value)).toEqual({ plausible: true });
  });
});

it('bounds every metric that is tracked, and doubts 0 records where there were thousands of what is counted', () => {
  for (const { key, rule } of metricDefinitions) {
    const definition = definitionOf(key);
    expect(Object.keys(definition.plausible)).not.toEqual([]);
    if (rule.how === 'count' && key !== 'opt_outs')
      expect(judgeValue(definition, { last: '2000', value: '0' })).toMatchObject({ plausible: false });
  }
});
