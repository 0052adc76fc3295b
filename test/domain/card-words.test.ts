/** What a client reads in every state of a connection, whatever stands on the card: never nothing, never a word of the engine's. */
import { describe, expect, it } from '@jest/globals';
import { buildCard, type CardFacts } from '../../domain/card.ts';
import { connectionStates } from '../../domain/connection-state.ts';
import { definitionOf } from '../../domain/metrics.ts';

const now = '2026-05-20T09:30:00.000Z';
const facts: CardFacts = {
  metric: definitionOf('messages_delivered'),
  providerLabel: 'Twilio',
  state: 'active',
  baseline: { value: '100', at: '2026-01-01T09:00:00.000Z' },
  current: { value: '120', at: '2026-05-20T09:00:00.000Z', enteredByPerson: false },
  nextAction: null,
  lastSuccessAt: '2026-05-20T09:00:00.000Z',
  freshWithinS: 3_600,
  now,
};
const byHand: Partial<CardFacts> = {
  current: { value: '210', at: '2026-05-19T09:00:00.000Z', enteredByPerson: true },
  byHandDays: { from: '2026-04-20', until: '2026-05-19' },
};
const afterword = {
  from: '2026-05-03T08:00:00.000Z',
  until: '2026-05-05T20:00:00.000Z',
  manualValue: '210',
  providerValue: '214',
  comparedAt: '2026-05-10T20:00:00.000Z',
};
const situations: Record<string, Partial<CardFacts>> = {
  'the source’s own': {},
  'by hand': byHand,
  'by hand, under review': { ...byHand, underReview: true },
  'by hand, ended': { byHandEnded: true },
  held: { underReview: true },
  stale: { lastSuccessAt: '2026-05-10T09:00:00.000Z' },
  'nothing yet': { current: null, baseline: null, lastSuccessAt: null },
  'after an incident': { afterword },
  'a share': { isShare: true },
};
const cells = connectionStates.flatMap((state) => Object.entries(situations).map(([name, more]) => ({ state, name, more })));

/** States, commands and columns of ours, ids, and who it was. */
const internal = /_|snap|conn|dlv|degraded|fallback|reauthori[sz]|onboarding|snapshot|workflow|null|undefined|NaN|user_/i;

describe('a card', () => {
  it.each(cells)('in $state with $name has a sentence, a next action, and no word of ours', ({ state, more }) => {
    const card = buildCard({ ...facts, ...more, state });
    for (const text of [card.statusSentence, card.nextAction]) {
      expect(text).toMatch(/^[A-Z][^]*\.$/);
      expect(text.replace(/\bconnect(ed|ion)\b/g, '')).not.toMatch(internal);
    }
    expect(card.enteredByPerson).toBe(more.current?.enteredByPerson ?? false);
    if (card.enteredByPerson) {
      expect(card.statusSentence).toContain('entered by a person');
      expect(card.sourceLabel).toBe('Twilio, entered by a person');
      expect(card.period).toBe('2026-04-20 to 2026-05-19');
    } else expect(card.status).not.toBe('entered_by_person');
  });

  it('says another thing in each situation of a connection that is away', () => {
    for (const state of ['degraded', 'needs_reauthorization', 'paused', 'disconnected'] as const) {
      const words = ['the source’s own', 'by hand', 'by hand, ended'].map(
        (name) => buildCard({ ...facts, ...situations[name], state }).statusSentence,
      );
      expect(new Set(words).size).toBe(3);
    }
  });

  it('does not say that a person entered a value when they entered that of another metric', () => {
    expect(buildCard({ ...facts, state: 'manual_fallback' })).toMatchObject({
      status: 'delayed',
      statusSentence: 'Updates are delayed; the last good value is shown.',
      sourceLabel: 'Twilio',
    });
  });
});

describe('after an incident', () => {
  const sentence = (more: Partial<CardFacts>) => buildCard({ ...facts, ...more }).statusSentence;
  it('tells for a while who had spoken, and what the source said since', () => {
    const told = 'Up to date. From 3 to 5 May the value was entered by a person; the source has since confirmed 214';
    expect(sentence({ afterword })).toBe(`${told}, where the person had entered 210.`);
    expect(sentence({ afterword: { ...afterword, manualValue: '214.0' } })).toBe(`${told}.`);
    expect(sentence({ afterword: { ...afterword, providerValue: null } })).toBe(
      'Up to date. From 3 to 5 May the value was entered by a person; the source has nothing to tell it of, where the person had entered 210.',
    );
    expect(sentence({ afterword: { ...afterword, comparedAt: '2026-05-06T09:30:00.000Z' } })).toContain('From 3 to 5 May');
    expect(sentence({ afterword: { ...afterword, comparedAt: '2026-05-06T09:29:59.999Z' } })).toBe('Up to date.');
  });

  it('says first what is wrong now', () => {
    expect(sentence({ afterword, state: 'paused' })).toBe('Updates are paused; the last good value is shown.');
    expect(sentence({ afterword, lastSuccessAt: '2026-05-10T09:00:00.000Z' })).toContain('No update has arrived since');
    expect(sentence({ afterword, underReview: true })).toContain('under review');
  });
});
