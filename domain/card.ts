import { afterword, byHandUnderReview, byHandWords, endedWords, type Afterword } from './by-hand-words.ts';
import { stateWords, type ConnectionState } from './connection-state.ts';
import { metricPeriods, unitOf, type MetricDefinition } from './metric-definition.ts';

/** Everything a client sees of a metric, and nothing else: an allow-list, built field by field. */
export interface Card {
  title: string;
  sourceLabel: string;
  period: string;
  /** What the current value is of: 1 message, 2 messages. */
  unit: string;
  baseline: { value: string; date: string } | null;
  current: { value: string; date: string } | null;
  status: CardStatus;
  statusSentence: string;
  nextAction: string;
  enteredByPerson: boolean;
}
export type CardStatus =
  'current' | 'under_review' | 'stale' | 'delayed' | 'paused' | 'entered_by_person' | 'disconnected' | 'in_setup' | 'incomplete';

export interface CardFacts {
  metric: Pick<MetricDefinition, 'title' | 'unit' | 'unitOfOne' | 'period'>;
  providerLabel: string;
  /** The company's share of a connection that several feed. */
  isShare?: boolean;
  state: ConnectionState;
  baseline: { value: string; at: string } | null;
  current: { value: string; at: string; enteredByPerson: boolean } | null;
  /** `YYYY-MM-DD`: what the person said that the value is of. */
  byHandDays?: { from: string; until: string } | null;
  /** A person's value stood in its place and has ended, and the source is not back. */
  byHandEnded?: boolean;
  /** The last value by hand that the source's own has been compared with. */
  afterword?: Afterword | null;
  /** ISO 4217, for money whose currency is known: it is the unit then. */
  currency?: string | null;
  /** How many rows belong in the value and are not: of another currency, or without an amount. */
  leftOut?: number;
  /** How many people were phoned in place of a message, in the metric's period: no provider delivered anything to them. */
  phoned?: number;
  /** A newer value is not believed: what is shown is the last good one. */
  underReview?: boolean;
  /** The client's own next action, as the connection's owner wrote it during onboarding. */
  nextAction: string | null;
  lastSuccessAt: string | null;
  freshWithinS: number;
  now: string;
}

const statusByState: Record<ConnectionState, CardStatus> = {
  onboarding: 'in_setup',
  active: 'current',
  degraded: 'delayed',
  needs_reauthorization: 'delayed',
  paused: 'paused',
  manual_fallback: 'entered_by_person',
  disconnected: 'disconnected',
};

/** A value that a person entered is theirs, whatever the state: only what has ended for good says so first. */
const statusByHand: Record<ConnectionState, CardStatus> = {
  ...statusByState,
  active: 'entered_by_person',
  degraded: 'entered_by_person',
  needs_reauthorization: 'entered_by_person',
};

/**
 * Staleness is computed here, from the last good run and the clock, not by a scheduler: when everything else stops, the card
 * still says so. So is the end of a value by hand.
 */
export function buildCard(facts: CardFacts): Card {
  const enteredByPerson = facts.current?.enteredByPerson ?? false;
  return {
    title: facts.metric.title,
    sourceLabel: enteredByPerson ? `${facts.providerLabel}, entered by a person` : sourceOf(facts),
    period: periodOf(facts, enteredByPerson),
    unit: facts.currency ?? unitOf(facts.metric, facts.current?.value ?? null),
    baseline: facts.baseline && { value: facts.baseline.value, date: facts.baseline.at.slice(0, 10) },
    current: facts.current && { value: facts.current.value, date: facts.current.at.slice(0, 10) },
    ...(enteredByPerson ? statusOfByHand(facts) : statusOf(facts)),
    nextAction: facts.nextAction ?? 'Nothing for you to do.',
    enteredByPerson,
  };
}

function periodOf({ metric: { period }, byHandDays }: CardFacts, enteredByPerson: boolean): string {
  if (!enteredByPerson || !byHandDays) return metricPeriods[period].label;
  const { from, until } = byHandDays;
  return from === until ? until : `${from} to ${until}`;
}

/** Resumed and not yet recovered, it is not called up to date either. */
function statusOfByHand({ state, underReview }: CardFacts): Pick<Card, 'status' | 'statusSentence'> {
  const isReviewed = state === 'active' && underReview;
  return { status: statusByHand[state], statusSentence: isReviewed ? byHandUnderReview : byHandWords[state] };
}

/** Only of a connection that delivers: what else there is to say of it comes first. */
function statusOf(facts: CardFacts): Pick<Card, 'status' | 'statusSentence'> {
  const said = (status: CardStatus, sentence: string) => ({
    status,
    statusSentence: sentence + leftOutSentence(facts) + phonedSentence(facts),
  });
  // Another metric's value was entered by a person, or a share's whole: this one waits meanwhile.
  const state = facts.state === 'manual_fallback' ? 'degraded' : facts.state;
  if (state !== 'active') return said(statusByState[state], (facts.byHandEnded ? endedWords[state] : stateWords[state].clientSentence)); // prettier-ignore
  if (isStale(facts)) return said('stale', staleSentence(facts.lastSuccessAt));
  if (facts.underReview) return said('under_review', 'The newest value is under review; the last good value is shown.');
  const what = facts.afterword ? afterword(facts.afterword, facts.now) : '';
  return said(statusByState[state], stateWords[state].clientSentence + what);
}

function leftOutSentence({ leftOut = 0 }: CardFacts): string {
  return leftOut === 0 ? '' : ` Not in it: ${leftOut} without an amount or in another currency.`;
}

function phonedSentence({ phoned = 0 }: CardFacts): string {
  if (phoned === 0) return '';
  return phoned === 1 ? ' Not in it: 1 person who was phoned instead.' : ` Not in it: ${phoned} people who were phoned instead.`;
}

function sourceOf({ providerLabel, isShare }: CardFacts): string {
  return isShare ? `${providerLabel}, your share of a central account` : providerLabel;
}

export function isStale({
  lastSuccessAt,
  freshWithinS,
  now,
}: Pick<CardFacts, 'lastSuccessAt' | 'freshWithinS' | 'now'>): boolean {
  return lastSuccessAt === null || Date.parse(now) - Date.parse(lastSuccessAt) > freshWithinS * 1000;
}

/** With the last good date: whoever reads it knows how old the value is. */
export function staleSentence(lastSuccessAt: string | null): string {
  return `No update has arrived since ${lastSuccessAt?.slice(0, 10) ?? 'the start'}; the last good value is shown.`;
}
