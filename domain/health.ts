/** How a connection is, from what its rows tell: one verdict, with each reason as a sentence and what to do about it. */
import { isStale } from './card.ts';
import type { Circuit } from './circuit.ts';
import type { ConnectionState } from './connection-state.ts';
import { counted } from './counted.ts';
import { consequences, type FailureCode } from './failure.ts';
import { headroomOf, type SaidLimit } from './headroom.ts';

/** `idle`: nothing is expected of it, because it is being set up or paused. */
export const healthVerdicts = ['healthy', 'at_risk', 'failing', 'idle'] as const;
export type HealthVerdict = (typeof healthVerdicts)[number];

export interface HealthFacts {
  state: ConnectionState;
  /** ISO 8601, like all times here. */
  lastSuccessAt: string | null;
  freshWithinS: number;
  /** The newest word, of a run or of a probe. */
  check: { ok: boolean; code: FailureCode | null; sentence: string } | null;
  circuit: Circuit | null;
  /** Runs that ended within a day. */
  runs: { succeeded: number; failed: number };
  /** What the provider last said of its nearest limit. */
  quota: SaidLimit | null;
  /** Of credentials that end by themselves: how long they last, and why they can no longer be renewed. */
  token: { endsInMs: number | null; lostReason: string | null } | null;
  /** Open items of the queue of failed work; `dead` ones wait for a person. */
  queue: { open: number; dead: number };
  eventsWaitingSince: string | null;
  /** What clients see of it: its cards, and those of them that have no value to show. */
  cards: { shown: number; empty: number };
  now: string;
}

export interface HealthReason {
  /** What it is about. */
  sign: 'state' | 'check' | 'circuit' | 'freshness' | 'runs' | 'quota' | 'token' | 'queue' | 'events' | 'portal';
  verdict: 'at_risk' | 'failing';
  sentence: string;
  todo: string;
}

/** Few runs say nothing of a share. */
const runsMin = 5;
const failedShareMax = 0.2;
const headroomShareMin = 0.1;
const openCircuitFailingMs = 10 * 60_000;
const eventsWaitMs = 5 * 60_000;
const minuteMs = 60_000;

/** It is being set up, or somebody stopped it: that nothing arrives is as it should be. */
export const expectsNothing = (state: ConnectionState) =>
  state === 'onboarding' || state === 'paused' || state === 'disconnected';

export function judgeHealth(facts: HealthFacts): { verdict: HealthVerdict; reasons: HealthReason[] } {
  if (expectsNothing(facts.state)) return { verdict: 'idle', reasons: [] };
  const reasons = signs.flatMap((sign) => sign(facts) ?? []);
  const isFailing = reasons.some(({ verdict }) => verdict === 'failing');
  return { verdict: isFailing ? 'failing' : reasons.length > 0 ? 'at_risk' : 'healthy', reasons };
}

type Sign = (facts: HealthFacts) => HealthReason | null;
const elapsedMs = (facts: HealthFacts, since: string) => Date.parse(facts.now) - Date.parse(since);

/** What a person does first comes first. */
const signs: Sign[] = [
  ({ state, token }) => {
    const lost = token?.lostReason;
    if (state !== 'needs_reauthorization' && !lost) return null;
    const { meaning, ownerAction } = consequences.credentials_rejected;
    return { sign: 'state', verdict: 'failing', sentence: lost ?? meaning, todo: ownerAction };
  },
  ({ state }) =>
    state === 'degraded'
      ? {
          sign: 'state',
          verdict: 'failing',
          sentence: 'Its runs failed again and again, or a field that its mapping reads is gone.',
          todo: 'Look at its open incident and tasks.',
        }
      : null,
  ({ state }) =>
    state === 'manual_fallback'
      ? {
          sign: 'state',
          verdict: 'at_risk',
          sentence: 'A value that a person entered stands in for the provider’s.',
          todo: 'Keep it current until the connection recovers.',
        }
      : null,
  (facts) => {
    const { circuit } = facts;
    if (!circuit || circuit.state === 'closed' || circuit.since === null) return null;
    return {
      sign: 'circuit',
      verdict: elapsedMs(facts, circuit.since) > openCircuitFailingMs ? 'failing' : 'at_risk',
      sentence: `The provider has not answered since ${circuit.since}, and one call at a time tries it again.`,
      todo: 'Nothing yet: it goes on by itself. Look at the provider’s status page if it lasts.',
    };
  },
  ({ check }) => {
    if (!check || check.ok) return null;
    const { retryable, ownerAction } = consequences[check.code ?? 'defect'];
    return { sign: 'check', verdict: retryable ? 'at_risk' : 'failing', sentence: check.sentence, todo: ownerAction };
  },
  (facts) =>
    isStale(facts)
      ? {
          sign: 'freshness',
          verdict: 'failing',
          sentence: `${facts.lastSuccessAt ? `Its last good run was at ${facts.lastSuccessAt}` : 'It has had no good run'}; one is expected every ${counted(Math.round(facts.freshWithinS / 60), 'minute')}.`,
          todo: 'Look at its last runs; sync now when their reason is gone.',
        }
      : null,
  ({ runs: { succeeded, failed } }) => {
    const ended = succeeded + failed;
    if (ended < runsMin || failed / ended < failedShareMax) return null;
    return {
      sign: 'runs',
      verdict: 'at_risk',
      sentence: `${failed} of its ${ended} runs within a day failed.`,
      todo: 'Look at what they failed with.',
    };
  },
  ({ token }) =>
    token && token.lostReason === null && token.endsInMs !== null && token.endsInMs <= 0
      ? {
          sign: 'token',
          verdict: 'at_risk',
          sentence: `Its access ended ${counted(Math.round(-token.endsInMs / minuteMs), 'minute')} ago and was not renewed since.`,
          todo: 'Nothing when it is seldom called: the next call renews it. Reauthorize it when calls fail.',
        }
      : null,
  ({ quota, now }) => {
    const headroom = quota && headroomOf(quota, now);
    return headroom && headroom.remaining < headroom.limit * headroomShareMin
      ? {
          sign: 'quota',
          verdict: 'at_risk',
          sentence: headroom.sentence,
          todo: 'Lower the cadence, or raise the plan’s limit at the provider.',
        }
      : null;
  },
  ({ queue: { open, dead } }) =>
    open > 0
      ? {
          sign: 'queue',
          verdict: 'at_risk',
          sentence: queueSentence(open, dead),
          todo: 'Look at the error queue: correct the cause, then retry or ignore.',
        }
      : null,
  (facts) =>
    facts.eventsWaitingSince !== null && elapsedMs(facts, facts.eventsWaitingSince) > eventsWaitMs
      ? {
          sign: 'events',
          verdict: 'at_risk',
          sentence: `Events that came in wait to be applied since ${facts.eventsWaitingSince}.`,
          todo: 'Nothing when the provider is away; else look at the workflow that drains them.',
        }
      : null,
  ({ cards: { shown, empty } }) =>
    empty > 0
      ? {
          sign: 'portal',
          verdict: 'at_risk',
          sentence: cardsSentence(shown, empty),
          todo: 'Sync now; when they stay empty, look at the mapping and at the metric’s records.',
        }
      : null,
];

function queueSentence(open: number, dead: number): string {
  if (open === 1) return `1 item of failed work is open${dead === 1 ? ' and waits for a person' : ''}.`;
  const ofThem = dead === 0 ? '' : `, ${dead} of them ${dead === 1 ? 'waits' : 'wait'} for a person`;
  return `${open} items of failed work are open${ofThem}.`;
}

function cardsSentence(shown: number, empty: number): string {
  if (shown === 1) return 'Its card has no value, and clients see it empty.';
  return `${empty} of its ${shown} cards ${empty === 1 ? 'has no value, and clients see it' : 'have no value, and clients see them'} empty.`;
}

/** A share of successes, `null` of nothing. */
export function rateOf(ok: number, failed: number): number | null {
  return ok + failed === 0 ? null : ok / (ok + failed);
}
