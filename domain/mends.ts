import { counted } from './counted.ts';

/** How much failed work a change would mend, when not all of it was looked at. */
export interface Mends {
  items: number;
  isEstimate: boolean;
}

/** `looked`: how many of those that wait were tried, and `fit` how many of them are mended. */
export function estimateMends({ waiting, looked, fit }: { waiting: number; looked: number; fit: number }): Mends {
  if (waiting <= looked) return { items: fit, isEstimate: false };
  return { items: Math.round((waiting * fit) / Math.max(looked, 1)), isEstimate: true };
}

export function describeMends({ items, isEstimate }: Mends): string {
  if (items === 0) return 'It mends no item of the error queue.';
  const many = `${isEstimate ? 'about ' : ''}${counted(items, 'item')}`;
  return `Retry the ${many} this would mend: preview them with this filter, then replay the preview.`;
}
