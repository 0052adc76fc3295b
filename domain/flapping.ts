/** Whether a cause that is told again is news: one that comes and goes must not call people each time. */
export interface FlappingPolicy {
  /** What comes back within this long is the same incident, and nobody was told yet that it was over. */
  reopenWithinMs: number;
  /** Openings within `windowMs` from which on it flaps. */
  timesMax: number;
  windowMs: number;
  /** How long a flapping one must stay well before it is over. */
  steadyForMs: number;
}

/** The last incident of the same connection and cause, closed; and when that cause opened incidents before, reopenings included. */
export interface EarlierIncident {
  closedAtMs: number;
  /** A person who resolved it said that it was settled: its return is news. */
  outcome: 'recovered' | 'resolved';
  flapping: boolean;
  openedAtMs: readonly number[];
}

/**
 * `new`: people are called. `reopened`: the same incident goes on, with what was told and answered. `flapping`: the same, and those who
 * were told hear once that it comes and goes.
 */
export type Opening = 'new' | 'reopened' | 'flapping';

export function judgeOpening(earlier: EarlierIncident | null, nowMs: number, policy: FlappingPolicy): Opening {
  if (!earlier || earlier.outcome === 'resolved') return 'new';
  const wellForMs = nowMs - earlier.closedAtMs;
  const openings = earlier.openedAtMs.filter((at) => at > nowMs - policy.windowMs).length + 1;
  if (wellForMs <= calmFor(earlier, policy)) return !earlier.flapping && openings >= policy.timesMax ? 'flapping' : 'reopened';
  return openings >= policy.timesMax && wellForMs <= policy.windowMs ? 'flapping' : 'new';
}

/** How long after a recovery people are told that it is over. */
export function calmFor({ flapping }: Pick<EarlierIncident, 'flapping'>, policy: FlappingPolicy): number {
  return flapping ? policy.steadyForMs : policy.reopenWithinMs;
}
