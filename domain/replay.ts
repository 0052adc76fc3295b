/** Many items of failed work, tried again at a person's word. */
import { counted } from './counted.ts';
import { kindsOfWork, queueKinds } from './failed-work.ts';

/** What became of them. */
export interface ReplayCounts {
  created: number;
  updated: number;
  unchanged: number;
  /** A newer version of the record is stored: nothing was written. */
  older: number;
  /** Events that were applied. */
  applied: number;
  /** Runs that read on from a page. */
  started: number;
  /** They failed again or the provider is away, and stand in the queue with why, and with when they go on by themselves. */
  failed: number;
  /** What came is past its retention. */
  gone: number;
  /** Left as they are: changed since the preview, or decided elsewhere. */
  kept: number;
}

export const noReplayCounts: ReplayCounts = {
  created: 0,
  updated: 0,
  unchanged: 0,
  older: 0,
  applied: 0,
  started: 0,
  failed: 0,
  gone: 0,
  kept: 0,
};

/** What a replay does with an item of the queue; `unknown`: only trying it tells. */
export const replayVerdicts = ['created', 'updated', 'unchanged', 'older', 'unfit', 'gone', 'unknown'] as const;
export type ReplayVerdict = (typeof replayVerdicts)[number];

/** Those that a replay carries out; the others are decided at the thing itself. */
export const replayedKinds = queueKinds.filter((kind) => kindsOfWork[kind].retriedBy !== 'person');

const words: Record<keyof ReplayCounts, [one: string, more: string]> = {
  created: ['made a new row', 'made a new row'],
  updated: ['changed a row', 'changed a row'],
  unchanged: ['changed nothing', 'changed nothing'],
  older: ['is older than what is stored', 'are older than what is stored'],
  applied: ['event was applied', 'events were applied'],
  started: [
    'page is read or push sent, when the provider is there',
    'pages are read and pushes sent, when the provider is there',
  ],
  failed: ['failed again or waits for the provider', 'failed again or wait for the provider'],
  gone: ['is past its retention', 'are past their retention'],
  kept: ['was left as it is', 'were left as they are'],
};

/** For whoever asked, and in the Temporal UI. */
export function describeReplay(counts: ReplayCounts, items: number): string {
  const entries = Object.entries(counts) as [keyof ReplayCounts, number][];
  const tried = entries.reduce((sum, [, count]) => sum + count, 0);
  const told = entries.flatMap(([name, count]) => (count > 0 ? counted(count, ...words[name]) : []));
  return `${tried} of ${counted(items, 'item was', 'items were')} tried again${told.length > 0 ? `: ${told.join(', ')}` : ''}.`;
}

/** A row of a preview, and how things stand when it is replayed. Hashes are hexadecimal; `null` means that there is no row. */
export interface PreviewedRow {
  verdict: ReplayVerdict;
  mappingVersion: number | null;
  hashBefore: string | null;
  hashAfter: string | null;
}
export interface StandingRow {
  isOpen: boolean;
  mappingVersion: number;
  hashBefore: string | null;
  hashAfter: string;
}

/** Why a row of a preview is left as it is; `null` when it is still what the preview showed, and is carried out. */
export function keptBecause(shown: PreviewedRow, now: StandingRow | null): string | null {
  if (shown.verdict === 'unfit') return 'It did not fit the mapping in the preview: correct the mapping, then preview it again.';
  if (shown.verdict === 'unknown') return 'Only trying it tells what it changes: retry it by itself.';
  if (shown.verdict === 'gone') return 'What came is past its retention.';
  if (now === null) return 'It can no longer be mapped: what came is past its retention, or does not fit the mapping any more.';
  if (!now.isOpen) return 'The item was closed since the preview.';
  if (now.mappingVersion !== shown.mappingVersion) return 'Another version of the mapping was published since the preview.';
  if (now.hashBefore !== shown.hashBefore) return 'The row was changed since the preview.';
  return now.hashAfter === shown.hashAfter ? null : 'The record would be mapped differently than in the preview.';
}
