/** How long a signed-in browser stays so, and when its cookie is replaced. Pure: the store gives the facts by its own clock. */
const minute = 60_000;
export const sessionTimes = {
  /** Without a request for this long, the person signs in again. */
  idleMs: 12 * 60 * minute,
  /** However busy it is, it ends after this. */
  wholeMs: 7 * 24 * 60 * minute,
  /** A cookie that was taken is good for no longer than this. */
  rotateAfterMs: 15 * minute,
  /** Requests that were on their way with the cookie of before are still taken. */
  graceMs: minute,
  /** The answer with the new cookie was lost, if nobody has shown it by then. */
  lostAfterMs: 10_000,
  /** After signing in by a link, a password may be set without the old one. */
  linkIsProofMs: 15 * minute,
};

export interface SessionFacts {
  /** Milliseconds since each, by the database's clock. `confirmedMs`: since the cookie in force was first shown; `null` before. */
  createdMs: number;
  lastSeenMs: number;
  rotatedMs: number;
  confirmedMs: number | null;
  /** Which of its cookies the request showed. */
  shows: 'current' | 'previous';
}

/**
 * `rotate`: good, and to be given a new cookie. `stolen`: the cookie of before, though the browser has long had its successor, so two
 * hold this session: it ends for both.
 */
export type SessionVerdict = 'good' | 'rotate' | 'over' | 'stolen';

export function judgeSession({ createdMs, lastSeenMs, rotatedMs, confirmedMs, shows }: SessionFacts): SessionVerdict {
  if (createdMs >= sessionTimes.wholeMs || lastSeenMs >= sessionTimes.idleMs) return 'over';
  if (shows === 'current') return rotatedMs >= sessionTimes.rotateAfterMs ? 'rotate' : 'good';
  if (confirmedMs === null) return rotatedMs >= sessionTimes.lostAfterMs ? 'rotate' : 'good';
  return confirmedMs >= sessionTimes.graceMs ? 'stolen' : 'good';
}
