import { describe, expect, it } from '@jest/globals';
import { buildCard, isStale, type CardFacts } from '../../domain/card.ts';
import { connectionStates } from '../../domain/connection-state.ts';
import { metricDefinitions } from '../../domain/metrics.ts';

const facts = (changes: Partial<CardFacts> = {}): CardFacts => ({
  metric: metricDefinitions[0],
  providerLabel: 'Twilio',
  state: 'active',
  baseline: { value: '100', at: '2026-10-01T09:00:00.000Z' },
  current: { value: '120', at: '2026-11-21T09:00:00.000Z', enteredByPerson: false },
  nextAction: null,
  lastSuccessAt: '2026-11-21T09:00:00.000Z',
  freshWithinS: 3_600,
  now: '2026-11-21T09:30:00.000Z',
  ...changes,
});

describe('a card', () => {
  it('has exactly what a client may see', () => {
    expect(buildCard(facts())).toEqual({
      title: 'Text messages delivered',
      sourceLabel: 'Twilio',
      period: 'last 30 days',
      unit: 'messages',
      baseline: { value: '100', date: '2026-10-01' },
      current: { value: '120', date: '2026-11-21' },
      status: 'current',
      statusSentence: 'Up to date.',
      nextAction: 'Nothing for you to do.',
      enteredByPerson: false,
    });
  });

  it.each([
    ['1', 'message'],
    ['0', 'messages'],
    ['1.5', 'messages'],
  ])('says what %s is of', (value, unit) => {
    expect(buildCard(facts({ current: { ...facts().current!, value } })).unit).toBe(unit);
  });

  it('leaves out whatever else its facts carry', () => {
    const more = {
      ...facts(),
      payload: { to: '+15005550006' },
      current: { ...facts().current!, payload: 'secret', id: 'snap_1' },
    };
    expect(JSON.stringify(buildCard(more))).not.toMatch(/payload|secret|snap_1|1500555/);
  });

  it.each([
    ['onboarding', 'in_setup'],
    ['active', 'current'],
    ['degraded', 'delayed'],
    ['needs_reauthorization', 'delayed'],
    ['paused', 'paused'],
    ['manual_fallback', 'delayed'],
    ['disconnected', 'disconnected'],
  ] as const)('says in %s that it is %s', (state, status) => {
    expect(buildCard(facts({ state })).status).toBe(status);
  });

  it.each(connectionStates)('has a sentence and a next action in %s', (state) => {
    const card = buildCard(facts({ state, baseline: null, current: null, lastSuccessAt: null }));
    expect(card.statusSentence).toMatch(/^[A-Z].+\.$/);
    expect(card.nextAction).toMatch(/^[A-Z].+\.$/);
    expect(card).toMatchObject({ baseline: null, current: null });
  });

  it('says when a person entered the value, and takes the owner’s next action', () => {
    const card = buildCard(
      facts({
        state: 'manual_fallback',
        current: { value: '7', at: '2026-11-20T00:00:00.000Z', enteredByPerson: true },
        nextAction: 'Call the office.',
      }),
    );
    expect(card).toMatchObject({
      sourceLabel: 'Twilio, entered by a person',
      enteredByPerson: true,
      nextAction: 'Call the office.',
    });
  });
});

it('never calls a value up to date that a person entered, also when the connection was resumed in between', () => {
  const current = { value: '7', at: '2026-11-20T00:00:00.000Z', enteredByPerson: true };
  expect(buildCard(facts({ current }))).toMatchObject({
    status: 'entered_by_person',
    statusSentence: 'This value was entered by a person while updates are delayed.',
  });
});

describe('a card under review', () => {
  it('shows the last good value with its date, and says so', () => {
    expect(buildCard(facts({ underReview: true }))).toMatchObject({
      status: 'under_review',
      statusSentence: 'The newest value is under review; the last good value is shown.',
      current: { value: '120', date: '2026-11-21' },
    });
  });

  it('says first that nothing comes at all', () => {
    expect(buildCard(facts({ underReview: true, state: 'paused' })).status).toBe('paused');
    expect(buildCard(facts({ underReview: true, now: '2026-11-22T09:00:00.000Z' })).status).toBe('stale');
  });
});

it('names the currency of money as its unit, and says what is not in it', () => {
  const card = buildCard(facts({ currency: 'USD', leftOut: 2 }));
  expect(card).toMatchObject({
    unit: 'USD',
    statusSentence: 'Up to date. Not in it: 2 without an amount or in another currency.',
  });
});

it('counts nobody as reached by text who was phoned instead', () => {
  expect(buildCard(facts({ phoned: 1 })).statusSentence).toBe('Up to date. Not in it: 1 person who was phoned instead.');
  expect(buildCard(facts({ phoned: 2, state: 'paused' }))).toMatchObject({
    current: { value: '120' },
    statusSentence: 'Updates are paused; the last good value is shown. Not in it: 2 people who were phoned instead.',
  });
});

describe('a stale card', () => {
  it('says since when nothing came, by the clock alone', () => {
    const card = buildCard(facts({ now: '2026-11-22T09:00:00.000Z' }));
    expect(card.status).toBe('stale');
    expect(card.statusSentence).toBe('No update has arrived since 2026-11-21; the last good value is shown.');
  });

  it('is stale when nothing ever came', () => {
    expect(buildCard(facts({ lastSuccessAt: null })).statusSentence).toContain('since the start');
  });

  it('turns stale one moment after its time, not at it', () => {
    const at = { lastSuccessAt: '2026-11-21T09:00:00.000Z', freshWithinS: 60 };
    expect(isStale({ ...at, now: '2026-11-21T09:01:00.000Z' })).toBe(false);
    expect(isStale({ ...at, now: '2026-11-21T09:01:00.001Z' })).toBe(true);
  });

  it('does not hide what a state has to say: paused stays paused, however old', () => {
    expect(buildCard(facts({ state: 'paused', now: '2027-11-22T09:00:00.000Z' })).status).toBe('paused');
  });
});
