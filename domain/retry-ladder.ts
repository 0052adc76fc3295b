/** When failed work is tried again by itself: up a ladder of waits, and only where waiting can mend it. */
import type { Mend } from './failed-work.ts';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** After the first failure, after the second, and so on. After the last rung the work is dead: it waits for a person. */
export const usualRetryLadderMs: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

/** Each wait is up to so much shorter or longer, so that what failed together does not come back together. */
const jitterShare = 0.2;

export interface NextStep {
  state: 'pending' | 'dead';
  /** Until the next attempt by itself; `null` when it waits for a person, or for what mends it. */
  waitMs: number | null;
}

/** `attempts` counts those that have failed. The same item and attempt always wait the same. */
export function nextStep(
  ladderMs: readonly number[],
  { id, attempts, mend }: { id: string; attempts: number; mend: Mend },
): NextStep {
  const rungMs = ladderMs[attempts - 1];
  if (rungMs === undefined) return { state: 'dead', waitMs: null };
  if (mend !== 'time') return { state: 'pending', waitMs: null };
  const share = 2 * fractionOf(`${attempts}:${id}`) - 1;
  return { state: 'pending', waitMs: Math.round(rungMs * (1 + jitterShare * share)) };
}

/** From 0 to below 1, always the same for one text and far apart for texts that differ by one character: FNV-1a, mixed at the end. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
