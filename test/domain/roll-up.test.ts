import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sumOf } from '../../domain/decimal.ts';
import { metricDefinitions } from '../../domain/metrics.ts';
import { buildRollUpCard, rollUp, type Feed } from '../../domain/roll-up.ts';

const now = '2026-11-21T12:00:00.000Z';
const [metric] = metricDefinitions;
const company = (id: string, parentCompanyId: string | null = 'central') => ({ id, name: `Name of ${id}`, parentCompanyId });
const central = company('central', null);
const feed = (companyId: string, value = '1', changes: Partial<Feed> = {}): Feed => ({
  companyIds: [companyId],
  state: 'active',
  lastSuccessAt: '2026-11-21T11:30:00.000Z',
  freshWithinS: 3_600,
  value: { value, at: '2026-11-21T11:30:00.000Z', enteredByPerson: false },
  ...changes,
});
const eight = Array.from({ length: 8 }, (_, index) => company(`f${index}`));
const old = {
  lastSuccessAt: '2026-11-18T10:00:00.000Z',
  value: { value: '900', at: '2026-11-18T10:00:00.000Z', enteredByPerson: false },
};

describe('A roll-up', () => {
  it('adds up what is fresh, and says who is missing since when and what to do', () => {
    const feeds = eight.map(({ id }, index) => feed(id, String(index + 1), index === 3 ? old : {}));
    expect(rollUp({ metric, companies: [central, ...eight], feeds, now })).toEqual({
      title: 'Text messages delivered',
      unit: 'messages',
      period: 'last 30 days',
      value: '32',
      asOf: '2026-11-21',
      reporting: 7,
      total: 8,
      enteredByPerson: 0,
      sentence: '7 of 8 reporting, as of 2026-11-21.',
      missing: [
        {
          companyId: 'f3',
          name: 'Name of f3',
          lastSuccessAt: old.lastSuccessAt,
          sentence: 'No update has arrived since 2026-11-18. Sync now, and look at the connection’s health.',
        },
      ],
    });
  });

  it('is as old as its oldest value, and counts what a person entered', () => {
    const byHand = { value: '5', at: '2026-11-02T08:00:00.000Z', enteredByPerson: true };
    const feeds = [feed('f0'), feed('f1', '5', { ...old, state: 'manual_fallback', value: byHand })];
    const rolled = rollUp({ metric, companies: [central, eight[0]!, eight[1]!], feeds, now });
    expect(rolled).toMatchObject({ value: '6', reporting: 2, total: 2, asOf: '2026-11-02', enteredByPerson: 1 });
    expect(rolled.sentence).toBe('2 of 2 reporting, as of 2026-11-02. A person entered 1 of the values.');
  });

  it('expects a franchise that nothing feeds, and no region or central company that only groups others', () => {
    const companies = [central, company('region'), company('f0', 'region'), company('f1', 'region')];
    const rolled = rollUp({ metric, companies, feeds: [feed('f0')], now });
    expect(rolled).toMatchObject({ value: '1', reporting: 1, total: 2, sentence: '1 of 2 reporting, as of 2026-11-21.' });
    expect(rolled.missing).toEqual([
      { companyId: 'f1', name: 'Name of f1', lastSuccessAt: null, sentence: expect.stringContaining('give it a franchise key') },
    ]);
    expect(rollUp({ metric, companies, feeds: [feed('f0'), feed('region')], now })).toMatchObject({ value: '2', total: 3 });
  });

  it('counts a shared connection once, and all whom it feeds as late when it is', () => {
    const companies = [central, ...eight];
    const shared = (changes = {}) => feed('', '40', { companyIds: ['f0', 'f1', 'f2'], ...changes });
    const own = eight.slice(3).map(({ id }) => feed(id));
    expect(rollUp({ metric, companies, feeds: [shared(), ...own], now })).toMatchObject({ value: '45', reporting: 8, total: 8 });
    const late = rollUp({ metric, companies, feeds: [shared(old), ...own, feed('f2')], now });
    expect(late).toMatchObject({ value: '6', reporting: 5, total: 8 });
    expect(late.missing.map(({ companyId }) => companyId)).toEqual(['f0', 'f1', 'f2']);
  });

  it.each([
    ['nothing', [], '0 of 8 reporting.'],
    ['no first value', [feed('f0', '0', { value: null, lastSuccessAt: null })], '0 of 8 reporting.'],
    ['a connection in setup', [feed('f0', '3', { state: 'onboarding' })], '0 of 8 reporting.'],
  ])('has no value where there is %s', (_, feeds, sentence) => {
    expect(rollUp({ metric, companies: [central, ...eight], feeds, now })).toMatchObject({ value: null, asOf: null, sentence });
  });

  it('says what to do about each state that does not deliver', () => {
    const why = (changes: Partial<Feed>) =>
      rollUp({ metric, companies: [company('f0', null)], feeds: [feed('f0', '1', changes)], now }).missing[0]?.sentence;
    expect(why({ ...old, state: 'needs_reauthorization' })).toContain('Reauthorize the connection');
    expect(why({ ...old, state: 'paused' })).toContain('Resume the connection');
    expect(why({ state: 'onboarding' })).toContain('Finish the next onboarding step.');
    expect(why({ lastSuccessAt: null })).toContain('since the start');
    expect(why({ state: 'paused' })).toBeUndefined();
  });

  it('leaves out what does not add up, and says why', () => {
    const reason = 'A rate is not added up: see each company’s own.';
    const rate = { ...metric, rollUp: { how: 'left_out' as const, reason } };
    const rolled = rollUp({ metric: rate, companies: [central, ...eight], feeds: eight.map(({ id }) => feed(id)), now });
    expect(rolled).toMatchObject({ value: null, reporting: 8, sentence: `8 of 8 reporting, as of 2026-11-21. ${reason}` });
  });

  it('becomes a card with its completeness and no franchise’s name', () => {
    const card = buildRollUpCard(rollUp({ metric, companies: [central, ...eight], feeds: [feed('f0', '7')], now }));
    expect(card).toMatchObject({
      title: 'Text messages delivered, all companies',
      sourceLabel: '8 companies',
      current: { value: '7', date: '2026-11-21' },
      status: 'incomplete',
      statusSentence: '1 of 8 reporting, as of 2026-11-21.',
    });
    expect(JSON.stringify(card)).not.toContain('Name of');
  });
});

describe('sumOf', () => {
  it('is exact and plain', () => {
    expect(sumOf([])).toBe('0');
    expect(sumOf(['0.1', '0.2'])).toBe('0.3');
    expect(sumOf(['999999999999.99999999', '0.00000001'])).toBe('1000000000000');
    expect(sumOf(['-1.5', '1'])).toBe('-0.5');
    expect(sumOf(['-0.5', '-0.25'])).toBe('-0.75');
  });

  it('equals the sum of the hundred-millionths', () => {
    const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    const text = (scaled: bigint) => {
      const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(9, '0');
      return `${scaled < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
    };
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const sum = amounts.reduce((total, each) => total + each, 0n);
        expect(sumOf(amounts.map(text))).toBe(sumOf([text(sum)]));
        const [whole, fraction = ''] = sumOf(amounts.map(text)).replace('-', '').split('.');
        expect(BigInt(whole! + fraction.padEnd(8, '0'))).toBe(sum < 0n ? -sum : sum);
      }),
    );
  });
});
