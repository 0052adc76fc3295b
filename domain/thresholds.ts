/** When a connection that only fails is warned about, and when it is paused: both numbers of a line are needed. */
export interface Thresholds {
  warn: Line;
  pause: Line;
  /** From the warning to the pause at least, however long it has failed already. */
  noticeMs: number;
}
interface Line {
  failures: number;
  forMs: number;
}

/** Failed runs since the last good one of any of the connection's jobs, or since it was resumed; and when the first of them ended. */
export interface Streak {
  failures: number;
  sinceMs: number | null;
}

/** `pauseAtMs`: not before then. */
export type StreakVerdict = { verdict: 'go_on' } | { verdict: 'warn'; pauseAtMs: number } | { verdict: 'pause' };

/** `warnedAtMs` is when the owner was last warned, and `null` when nobody was: without a warning nothing is paused. */
export function judgeStreak(streak: Streak, warnedAtMs: number | null, nowMs: number, thresholds: Thresholds): StreakVerdict {
  const { warn, pause, noticeMs } = thresholds;
  const passed = ({ failures, forMs }: Line) =>
    streak.sinceMs !== null && streak.failures >= failures && nowMs - streak.sinceMs >= forMs;
  if (warnedAtMs === null)
    return passed(warn)
      ? { verdict: 'warn', pauseAtMs: Math.max(streak.sinceMs! + pause.forMs, nowMs + noticeMs) }
      : { verdict: 'go_on' };
  return passed(pause) && nowMs - warnedAtMs >= noticeMs ? { verdict: 'pause' } : { verdict: 'go_on' };
}
