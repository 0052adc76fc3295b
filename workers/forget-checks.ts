import type { Logger } from 'pino';
import type { HealthStore } from '../db/app/stores/health.ts';
import { hourly } from './hourly.ts';

/** The day's summaries stay; what each single check said is of use for as long. */
const keptForMs = 30 * 86_400_000;

interface Options {
  health: Pick<HealthStore, 'forgetBefore'>;
  log: Pick<Logger, 'info' | 'error'>;
}

/** Deletes health checks past their month, at start and every hour; each connection's newest stays. */
export function forgetChecks({ health, log }: Options): { stop(): Promise<void> } {
  const work = async () => {
    const forgotten = await health.forgetBefore(new Date(Date.now() - keptForMs));
    if (forgotten > 0) log.info({ forgotten }, 'health checks past their month were deleted');
  };
  return hourly(work, { log, trouble: 'old health checks could not be deleted' });
}
