import type { Logger } from 'pino';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import { hourly } from './hourly.ts';

const dayMs = 86_400_000;
/** Partitions stand ready for this many days, so that a week without workers puts nothing into the catch-all. */
const daysAhead = 14;

interface Options {
  traffic: Pick<TrafficStores, 'maintain'>;
  retentionDays: number;
  log: Pick<Logger, 'info' | 'error'>;
}

/**
 * Keeps the traffic database's day partitions: makes the coming ones and drops those past their retention, at start and every hour.
 * Every worker does so; the work is repeatable and safe beside itself.
 */
export function maintainTraffic({ traffic, retentionDays, log }: Options): { stop(): Promise<void> } {
  const work = async () => {
    const now = new Date();
    await traffic.maintain.ensurePartitions(now, daysAhead);
    const dropped = await traffic.maintain.dropPartitionsBefore(new Date(now.getTime() - retentionDays * dayMs));
    if (dropped.length > 0) log.info({ dropped }, 'raw data past its retention was dropped');
  };
  return hourly(work, { log, trouble: 'the traffic database’s partitions could not be kept' });
}
