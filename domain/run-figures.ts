/** What is measured of a run, and whether it can be compared with others of its stream. */
import type { Measure } from './anomaly.ts';
import type { RunCounts } from './run-verdict.ts';

export interface RunFigure {
  measure: Measure;
  value: number;
  /** Records that a share is of; 1 where it is none. */
  of: number;
}

export interface RunFacts {
  trigger: 'schedule' | 'manual' | 'onboarding';
  counts: RunCounts;
  startedAt: Date;
  finishedAt: Date;
  /** When the good run before it began; `null` when there was none. */
  previousAt: Date | null;
  cadenceS: number;
}

/** A share of fewer records says little. */
const shareOfAtLeast = 20;

/**
 * Nothing of a run that a person asked for, of the first, and of one after a pause or an outage: it read what came in another time than
 * usual, and everybody knows why.
 */
export function figuresOf({ trigger, counts, startedAt, finishedAt, previousAt, cadenceS }: RunFacts): RunFigure[] {
  if (trigger !== 'schedule' || previousAt === null) return [];
  const sinceS = (startedAt.getTime() - previousAt.getTime()) / 1000;
  if (sinceS < cadenceS / 2 || sinceS > cadenceS * 2) return [];
  const { created, updated, failed } = counts;
  const read = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const figures: RunFigure[] = [
    { measure: 'run_duration', value: (finishedAt.getTime() - startedAt.getTime()) / 1000, of: 1 },
    { measure: 'records_read', value: read, of: 1 },
    { measure: 'records_changed', value: created + updated, of: 1 },
  ];
  return read < shareOfAtLeast ? figures : [...figures, { measure: 'failed_share', value: failed / read, of: read }];
}
