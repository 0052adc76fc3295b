import { describe, expect, it } from '@jest/globals';
import { checkEntry, judgeDifference, mayEnterByHand, periodOf } from '../../domain/manual-value.ts';
import { connectionStates, decideCommand } from '../../domain/connection-state.ts';
import { daysInWords } from '../../domain/day-span.ts';
import { definitionOf, metricKeys, type MetricKey } from '../../domain/metrics.ts';

const now = new Date('2026-11-21T12:00:00Z');
const day = 86_400_000;
const entry = {
  value: '42',
  periodStart: '2026-11-01',
  periodEnd: '2026-11-21',
  expiresAt: new Date(now.getTime() + day),
  sure: false,
};
const check = (key: MetricKey, changes: Partial<typeof entry>, last: string | null = null) =>
  checkEntry(definitionOf(key), { ...entry, ...changes }, { last, today: '2026-11-21', now });

describe('an entry', () => {
  it.each(metricKeys)('of %s that fits is taken', (key) => {
    expect(check(key, {}, '40')).toEqual([]);
  });

  it.each([
    ['a negative value', 'deals_won', { value: '-1' }, null, 'value', 'less than 0'],
    ['half a message', 'messages_delivered', { value: '3.5' }, null, 'value', 'whole number: it counts messages'],
    ['a rate above 100', 'win_rate', { value: '101' }, null, 'value', 'between 0 and 100'],
    ['a rate above 100, however sure', 'delivery_rate', { value: '101', sure: true }, '90', 'value', 'between 0 and 100'],
    ['too fine a rate', 'win_rate', { value: '33.33' }, null, 'value', 'at most 1 decimal place.'],
    ['a tenth of a cent', 'deals_won_value', { value: '1.001' }, null, 'value', 'at most 2 decimal places.'],
    ['a leap', 'messages_delivered', { value: '9000' }, '100', 'value', 'Enter it again with "sure": true'],
    ['nothing where there were thousands', 'messages_delivered', { value: '0' }, '3120', 'value', 'less than a 100th'],
    ['a period to come', 'deals_won', { periodEnd: '2026-11-22' }, null, 'periodEnd', 'it is 2026-11-21 there'],
    ['a period that ends before it begins', 'deals_won', { periodStart: '2026-11-21', periodEnd: '2026-11-20' }, null, 'periodEnd', 'before periodStart'], // prettier-ignore
    ['years', 'deals_won', { periodStart: '2025-11-01' }, null, 'periodStart', 'at most 366 days'],
    ['an end that is over', 'deals_won', { expiresAt: now }, null, 'expiresAt', 'in the future'],
    ['an end in months', 'deals_won', { expiresAt: new Date(now.getTime() + 32 * day) }, null, 'expiresAt', 'within 31 days'],
  ] as const)('with %s is refused by its field', (_, key, changes, last, field, words) => {
    expect(check(key, changes, last)).toEqual([{ field, message: expect.stringContaining(words) }]);
  });

  it('far from the last value is taken from a person who is sure', () => {
    expect(check('messages_delivered', { value: '9000', sure: true }, '100')).toEqual([]);
  });

  it('names everything that is wrong with it', () => {
    expect(check('deals_won', { value: '-1', periodEnd: '2026-11-22', expiresAt: now }).map(({ field }) => field)).toEqual([
      'value',
      'periodEnd',
      'expiresAt',
    ]);
  });

  it('of how things stand is of one day', () => {
    expect(periodOf(definitionOf('deals_stalled'), entry)).toEqual({ periodStart: '2026-11-21', periodEnd: '2026-11-21' });
    expect(periodOf(definitionOf('deals_won'), entry)).toEqual({ periodStart: '2026-11-01', periodEnd: '2026-11-21' });
  });

  it.each(connectionStates)(
    'in %s is taken by the table of commands, and while the connection delivers for what is under review',
    (state) => {
      expect(mayEnterByHand(state, false)).toEqual(decideCommand(state, 'enterManualValue'));
      const held = state === 'active' ? { verdict: 'accepted' } : decideCommand(state, 'enterManualValue');
      expect(mayEnterByHand(state, true)).toEqual(held);
    },
  );
});

describe('a difference', () => {
  const compare = (key: MetricKey, manualValue: string, providerValue: string | null) =>
    judgeDifference(definitionOf(key), { manualValue, providerValue, periodStart: '2026-11-01', periodEnd: '2026-11-20' });
  it.each([
    ['messages_delivered', '600', '214', true],
    ['messages_delivered', '218', '214', false],
    ['messages_delivered', '3', '1', false],
    ['win_rate', '40', '46', true],
    ['win_rate', '40', '43.5', false],
    ['win_rate', '40', null, true],
    ['deals_won_value', '12000', '18500.5', true],
    ['deals_won_value', '12000', '12000', false],
    ['median_days_in_stage', '4', '4.5', false],
    ['deals_stalled', '0', '0', false],
  ] as const)('of %s between %s by hand and %s is large: %s', (key, byHand, theirs, isLarge) => {
    const judged = compare(key, byHand, theirs);
    expect(judged.isLarge).toBe(isLarge);
    expect(judged.sentence).toMatch(/^"[A-Z].+" from 2026-11-01 to 2026-11-20: a person entered .+\. .+\.$/);
    expect(judged.sentence).toContain(isLarge ? 'Find out which one is right' : byHand === theirs ? 'equal' : 'nothing to do');
  });
});

it.each([
  ['2026-05-03', '2026-05-05', 'from 3 to 5 May'],
  ['2026-05-03', '2026-05-03', 'on 3 May'],
  ['2026-04-30', '2026-05-02', 'from 30 April to 2 May'],
  ['2025-04-30', '2025-05-02', 'from 30 April to 2 May 2025'],
  ['2025-12-30', '2026-01-02', 'from 30 December 2025 to 2 January 2026'],
])('tells %s to %s as "%s"', (from, until, words) => {
  expect(daysInWords(from, until, '2026-11-21')).toBe(words);
});
