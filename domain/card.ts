import { stateWords, type ConnectionState } from './connection-state.ts';
import { metricPeriods, type MetricDefinition } from './metric-definition.ts';

/** Everything a client sees of a metric, and nothing else: an allow-list, built field by field. */
export interface Card {
  title: string;
  sourceLabel: string;
  period: string;
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
  metric: Pick<MetricDefinition, 'title' | 'unit' | 'period'>;
  providerLabel: string;
  /** The company's share of a connection that several feed. */
  isShare?: boolean;
  state: ConnectionState;
  baseline: { value: string; at: string } | null;
  current: { value: string; at: string; enteredByPerson: boolean } | null;
  /** ISO 4217, for money whose currency is known: it is the unit then. */
  currency?: string | null;
  /** How many rows belong in the value and are not: of another currency, or without an amount. */
  leftOut?: number;
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

/**
 * Staleness is computed here, from the last good run and the clock, not by a scheduler: when everything else stops, the card
 * still says so.
 */
export function buildCard(facts: CardFacts): Card {
  const enteredByPerson = facts.current?.enteredByPerson ?? false;
  // Resumed, and not yet recovered: a person's value is never called up to date.
  const state = facts.state === 'active' && enteredByPerson ? 'manual_fallback' : shareState(facts);
  return {
    title: facts.metric.title,
    sourceLabel: enteredByPerson ? `${facts.providerLabel}, entered by a person` : sourceOf(facts),
    period: metricPeriods[facts.metric.period].label,
    unit: facts.currency ?? facts.metric.unit,
    baseline: facts.baseline && { value: facts.baseline.value, date: facts.baseline.at.slice(0, 10) },
    current: facts.current && { value: facts.current.value, date: facts.current.at.slice(0, 10) },
    ...statusOf(facts, state),
    nextAction: facts.nextAction ?? 'Nothing for you to do.',
    enteredByPerson,
  };
}

/** Only of a connection that delivers: what else there is to say of it comes first. */
function statusOf(facts: CardFacts, state: ConnectionState): Pick<Card, 'status' | 'statusSentence'> {
  const said = (status: CardStatus, sentence: string) => ({ status, statusSentence: sentence + leftOutSentence(facts) });
  if (state === 'active' && isStale(facts)) return said('stale', staleSentence(facts.lastSuccessAt));
  if (state === 'active' && facts.underReview)
    return said('under_review', 'The newest value is under review; the last good value is shown.');
  return said(statusByState[state], stateWords[state].clientSentence);
}

function leftOutSentence({ leftOut = 0 }: CardFacts): string {
  return leftOut === 0 ? '' : ` Not in it: ${leftOut} without an amount or in another currency.`;
}

/** What a person entered by hand is the whole connection's: a share waits meanwhile. */
function shareState({ state, isShare }: CardFacts): ConnectionState {
  return isShare && state === 'manual_fallback' ? 'degraded' : state;
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
