import type { TrafficDb } from '../context.ts';

export interface MaintainStore {
  /** Makes the day partitions from `now` to `daysAhead` days later. Repeatable, from several processes at once. */
  ensurePartitions(now: Date, daysAhead: number): Promise<void>;
  /** Drops whole days before `day`, but no payload of an event that still waits. Answers the partitions dropped. */
  dropPartitionsBefore(day: Date): Promise<string[]>;
}

// BODY
export function maintainStore(_db: TrafficDb): MaintainStore {
  throw new Error('The store is not there yet.');
}
