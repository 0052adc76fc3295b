/** What a figure's verdict does to the one open anomaly of its connection and measure, and whether the figure counts as usual from now on. */
import type { Side, Verdict } from './anomaly.ts';

export interface OpenEpisode {
  side: Side;
  /** Seconds since 1970. */
  firstAt: number;
  lastAt: number;
  /** Usual figures since the last unusual one. */
  usualInARow: number;
}

/**
 * `calm` is a step on the way back, `close` the last of them; `wait` leaves an open one as it is. `adopt`: how things are now is learned
 * anew, as the usual.
 */
export type EpisodeStep = 'nothing' | 'wait' | 'open' | 'repeat' | 'calm' | 'close' | 'adopt';

/** One usual figure may be chance within the trouble. */
const usualToClose = 2;
/** What nobody has decided about for so long is how things are now. */
export const adoptAfterS = 14 * 86_400;
/** What has lasted for so long when a person dismisses it is a new level, and no single figure. */
export const levelAfterS = 86_400;

/** `counts`: whether the figure belongs into the baseline. */
export function stepEpisode(open: OpenEpisode | null, at: number, verdict: Verdict): { does: EpisodeStep; counts: boolean } {
  if (!open) return verdict.is === 'unusual' ? { does: 'open', counts: false } : { does: 'nothing', counts: true };
  // An attempt that is repeated tells nothing new.
  if (at <= open.lastAt) return { does: 'wait', counts: false };
  const isLevel = verdict.is === 'unusual' && at - open.firstAt > adoptAfterS;
  if (isLevel) return { does: 'adopt', counts: true };
  if (verdict.is === 'unusual') return { does: 'repeat', counts: false };
  // In an hour that may be empty, nothing does not say that it is over.
  if (verdict.is === 'unknown' || (open.side === 'low' && !verdict.telling)) return { does: 'wait', counts: false };
  return { does: open.usualInARow + 1 >= usualToClose ? 'close' : 'calm', counts: true };
}

/** As it is kept. */
export function episodeOf(kept: { side: Side; firstAt: Date; lastAt: Date; usualInARow: number }): OpenEpisode {
  const { side, firstAt, lastAt, usualInARow } = kept;
  return { side, firstAt: Math.floor(firstAt.getTime() / 1000), lastAt: Math.floor(lastAt.getTime() / 1000), usualInARow };
}
