/** What people dismissed as normal is expected: the band grows, and the like of it at the same hour, or within the day, is usual. */
import { toleranceAfter, type Side, type Unusual, type Verdict } from './anomaly.ts';
import type { Slot } from './baseline.ts';

export interface Dismissal {
  side: Side;
  value: number;
  slot: Slot;
  /** When it was dismissed, in seconds since 1970. */
  at: number;
}

/** As long as a baseline reaches back. */
export const forgivenForS = 56 * 86_400;
const sameStoryS = 86_400;

/** `judge` judges the same figure with a wider band. */
export function afterDismissals(
  unusual: Unusual,
  { slot, at }: { slot: Slot; at: number },
  dismissals: readonly Dismissal[],
  judge: (tolerance: number) => Verdict,
): Verdict {
  const alike = dismissals.filter(({ side }) => side === unusual.side);
  if (alike.length === 0) return unusual;
  const isNoMore = (value: number) => (unusual.side === 'high' ? unusual.value <= value : unusual.value >= value);
  const isKnown = alike.some((each) => isNoMore(each.value) && (each.slot === slot || at - each.at < sameStoryS));
  return isKnown ? { is: 'usual', telling: false } : judge(toleranceAfter(alike.length));
}
