import type { Logger } from 'pino';
import { watchArrivals } from '../activities/arrivals.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import { hourly } from './hourly.ts';

const hourMs = 3_600_000;
/** An hour is judged this long after its end: what came at its end is stored by then. */
const settleMs = 120_000;

interface Options extends Pick<ActivityDeps, 'app' | 'traffic' | 'now'> {
  log: Pick<Logger, 'info' | 'error'>;
  /** How often to look whether an hour is over. */
  everyMs?: number;
}

/** Judges each hour of webhooks soon after its end, whether anything came or not. It needs neither an event nor Temporal. */
export function watchArrivalsHourly({ app, traffic, now, log, everyMs = 5 * 60_000 }: Options): { stop(): Promise<void> } {
  let judgedUntil = 0;
  const work = async () => {
    const end = Math.floor((now().getTime() - settleMs) / hourMs) * hourMs;
    if (end <= judgedUntil) return;
    const hours = await watchArrivals({ app, traffic }, new Date(end));
    judgedUntil = end;
    if (hours > 0) log.info({ hours }, 'hours of webhooks compared with what is usual');
  };
  return hourly(work, { log, everyMs, trouble: 'what came by webhook could not be compared with what is usual' });
}
