/** Who is told of an incident next, and when, from its ladder and from what was told so far. */
import type { NoticeKind } from './notice.ts';
import type { Rung } from './policy.ts';

export interface LadderFacts {
  ladder: readonly Rung[];
  /** Nobody has acknowledged it or taken it over, and it is open. */
  isWaiting: boolean;
  alerts: readonly { kind: NoticeKind; rung: number; sentAt: Date | null }[];
}

export interface NextTold {
  /** `null`: the ladder ends there, and the incident stays open as one that nobody answered. */
  rung: Rung | null;
  /** `null`: as soon as somebody of the rung before can be told, or is found not to be reachable. */
  at: Date | null;
}

/** `null` when nobody will be told any more. In quiet hours it may be later. */
export function nextTold({ ladder, isWaiting, alerts }: LadderFacts): NextTold | null {
  if (!isWaiting || ladder.length === 0) return null;
  const told = alerts.filter(({ kind }) => kind === 'opened');
  const last = ladder.findLastIndex(({ position }) => told.some(({ rung }) => rung === position));
  const rung = ladder[last + 1] ?? null;
  const heard = told.flatMap(({ rung: position, sentAt }) =>
    sentAt && position === ladder[last]?.position ? sentAt.getTime() : [],
  );
  return { rung, at: heard.length === 0 ? null : new Date(Math.max(...heard) + ladder[last]!.acknowledgeWithinMs) };
}
