import { describe, expect, it } from '@jest/globals';
import { connectionStates } from '../../domain/connection-state.ts';
import { headroomOf, type Headroom, type SaidLimit } from '../../domain/headroom.ts';
import { judgeHealth, rateOf, type HealthFacts } from '../../domain/health.ts';
import { quotaOf as ofHubspot } from '../../providers/hubspot/quota.ts';
import { quotaOf as ofPipedrive } from '../../providers/pipedrive/quota.ts';
import { quotaOf as ofSalesforce } from '../../providers/salesforce/quota.ts';

const now = '2026-11-21T12:00:00.000Z';
const ago = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000).toISOString();
const well: HealthFacts = {
  state: 'active',
  lastSuccessAt: ago(5),
  freshWithinS: 1_800,
  check: { ok: true, code: null, sentence: 'Twilio answered.' },
  circuit: null,
  runs: { succeeded: 48, failed: 0 },
  quota: { name: 'day', limit: 1_000, remaining: 900, at: ago(60) },
  token: { endsInMs: 600_000, lostReason: null },
  queue: { open: 0, dead: 0 },
  eventsWaitingSince: null,
  cards: { shown: 2, empty: 0 },
  now,
};
const open = (minutes: number) => ({ state: 'open' as const, since: ago(minutes), nextProbeAt: now, reason: '' });

describe('A connection', () => {
  it.each<[string, Partial<HealthFacts>, string, string[]]>([
    ['that does all it should is healthy', {}, 'healthy', []],
    ['that was never checked may be healthy', { check: null, quota: null, token: null }, 'healthy', []],
    ['that nobody lets in any more is failing', { state: 'needs_reauthorization' }, 'failing', ['state']],
    ['whose consent is lost is failing', { token: { endsInMs: null, lostReason: 'Lost.' } }, 'failing', ['state']],
    ['whose runs fail is failing', { state: 'degraded' }, 'failing', ['state']],
    ['that a person stands in for is at risk', { state: 'manual_fallback' }, 'at_risk', ['state']],
    ['whose provider is away is at risk', { circuit: open(1) }, 'at_risk', ['circuit']],
    ['whose provider is away for long is failing', { circuit: open(11) }, 'failing', ['circuit']],
    ['whose circuit has closed is healthy', { circuit: { ...open(11), state: 'closed' } }, 'healthy', []],
    ['that is stale is failing', { lastSuccessAt: ago(31) }, 'failing', ['freshness']],
    [
      'with a failed check that may pass is at risk',
      { check: { ok: false, code: 'rate_limited', sentence: '' } },
      'at_risk',
      ['check'],
    ],
    [
      'with one that only a person can mend is failing',
      { check: { ok: false, code: 'permission_missing', sentence: '' } },
      'failing',
      ['check'],
    ],
    ['a fifth of whose runs failed is at risk', { runs: { succeeded: 4, failed: 1 } }, 'at_risk', ['runs']],
    ['fewer of whose runs failed is healthy', { runs: { succeeded: 5, failed: 1 } }, 'healthy', []],
    ['of too few runs is healthy', { runs: { succeeded: 0, failed: 4 } }, 'healthy', []],
    [
      'near its provider’s limit is at risk',
      { quota: { name: 'day', limit: 1_000, remaining: 99, at: ago(60) } },
      'at_risk',
      ['quota'],
    ],
    [
      'whose limit holds for less time than has passed is healthy',
      { quota: { name: 'ten seconds', limit: 100, remaining: 0, at: ago(1) } },
      'healthy',
      [],
    ],
    [
      'whose access ended and was not renewed is at risk',
      { token: { endsInMs: -60_000, lostReason: null } },
      'at_risk',
      ['token'],
    ],
    ['with failed work is at risk', { queue: { open: 3, dead: 1 } }, 'at_risk', ['queue']],
    ['whose events wait is at risk', { eventsWaitingSince: ago(6) }, 'at_risk', ['events']],
    ['whose events came just now is healthy', { eventsWaitingSince: ago(1) }, 'healthy', []],
    ['that clients see nothing of is at risk', { cards: { shown: 2, empty: 1 } }, 'at_risk', ['portal']],
    [
      'with several of these has them all',
      { lastSuccessAt: null, queue: { open: 1, dead: 0 } },
      'failing',
      ['freshness', 'queue'],
    ],
  ])('%s', (_, facts, verdict, signs) => {
    const judged = judgeHealth({ ...well, ...facts });
    expect([judged.verdict, judged.reasons.map(({ sign }) => sign)]).toEqual([verdict, signs]);
    for (const { sentence, todo } of judged.reasons) expect(`${sentence}${todo}`).not.toMatch(/undefined|NaN|null/);
  });

  it.each<[Partial<HealthFacts>, string]>([
    [{ queue: { open: 1, dead: 0 } }, '1 item of failed work is open.'],
    [{ queue: { open: 1, dead: 1 } }, '1 item of failed work is open and waits for a person.'],
    [{ queue: { open: 3, dead: 1 } }, '3 items of failed work are open, 1 of them waits for a person.'],
    [{ queue: { open: 3, dead: 2 } }, '3 items of failed work are open, 2 of them wait for a person.'],
    [{ cards: { shown: 1, empty: 1 } }, 'Its card has no value, and clients see it empty.'],
    [{ cards: { shown: 2, empty: 1 } }, '1 of its 2 cards has no value, and clients see it empty.'],
    [{ cards: { shown: 3, empty: 2 } }, '2 of its 3 cards have no value, and clients see them empty.'],
    [{ lastSuccessAt: null, freshWithinS: 60 }, 'It has had no good run; one is expected every 1 minute.'],
  ])('says so in numbers, case %#', (facts, sentence) => {
    expect(judgeHealth({ ...well, ...facts }).reasons.map((reason) => reason.sentence)).toEqual([sentence]);
  });

  it('of which nothing is expected is idle, whatever else is wrong', () => {
    const idle = connectionStates.filter((state) => judgeHealth({ ...well, state, lastSuccessAt: null }).verdict === 'idle');
    expect(idle).toEqual(['onboarding', 'paused', 'disconnected']);
  });
});

describe('What is left of a provider’s limits', () => {
  it.each([
    [ofHubspot, { 'x-hubspot-ratelimit-max': '110', 'x-hubspot-ratelimit-remaining': '109' }, ['ten seconds', 110, 109]],
    [
      ofHubspot,
      {
        'x-hubspot-ratelimit-max': '110',
        'x-hubspot-ratelimit-remaining': '109',
        'x-hubspot-ratelimit-daily': '250000',
        'x-hubspot-ratelimit-daily-remaining': '3',
      },
      ['day', 250_000, 3],
    ],
    [ofHubspot, {}, null],
    [ofSalesforce, { 'sforce-limit-info': 'api-usage=10018/100000' }, ['day', 100_000, 89_982]],
    [ofSalesforce, { 'sforce-limit-info': 'per-app-api-usage=17/250(appName=sample)' }, null],
    [ofSalesforce, { 'sforce-limit-info': 'none' }, null],
    [ofPipedrive, { 'x-ratelimit-limit': '40', 'x-ratelimit-remaining': '39' }, ['two seconds', 40, 39]],
    [ofPipedrive, { 'x-daily-ratelimit-token-limit': '30000', 'x-daily-ratelimit-token-remaining': '0' }, ['day', 30_000, 0]],
    [ofPipedrive, {}, null],
  ])('is read from its headers, case %#', (quotaOf, headers, expected) => {
    const quota = quotaOf(headers);
    expect(quota && [quota.name, quota.limit, quota.remaining]).toEqual(expected);
  });

  it.each<[string, SaidLimit, Partial<Headroom>, RegExp]>([
    [
      'as long as it holds',
      { name: 'day', limit: 1_000, remaining: 7, at: ago(60) },
      { remaining: 7, resetsAt: '2026-11-22T11:00:00.000Z' },
      /^7 of the 1000 calls that the provider allows in a day are left/,
    ],
    [
      'which is all of it when its time is over',
      { name: 'two seconds', limit: 40, remaining: 1, at: ago(1) },
      { remaining: 40, resetsAt: null },
      /^All 40 calls that the provider allows in two seconds are left/,
    ],
    [
      'or when none was used',
      { name: 'ten seconds', limit: 110, remaining: 110, at: now },
      { remaining: 110, resetsAt: null },
      /^All 110 calls that the provider allows in ten seconds are left/,
    ],
  ])('is told %s', (_, said, expected, sentence) => {
    expect(headroomOf(said, now)).toEqual({
      name: said.name,
      limit: said.limit,
      ...expected,
      sentence: expect.stringMatching(sentence),
    });
  });

  it('and a rate of nothing is none', () => {
    expect([rateOf(3, 1), rateOf(0, 0)]).toEqual([0.75, null]);
  });
});
