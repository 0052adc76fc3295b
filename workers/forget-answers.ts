import type { Logger } from 'pino';
import type { IdempotencyStore } from '../db/app/stores/idempotency.ts';
import { hourly } from './hourly.ts';

/** So long a repeated `Idempotency-Key` gets its first answer, at least. */
const keptForMs = 24 * 3_600_000;
const rowsMax = 500;

interface Options {
  idempotency: Pick<IdempotencyStore, 'forget'>;
  log: Pick<Logger, 'info' | 'error'>;
}

/** Deletes kept answers past their day, at start and every hour: what was shown once, such as an API key, is not kept for good. */
export function forgetAnswers({ idempotency, log }: Options): { stop(): Promise<void> } {
  const work = async () => {
    const before = new Date(Date.now() - keptForMs);
    let [forgotten, deleted] = [0, 0];
    do {
      deleted = await idempotency.forget(before, rowsMax);
      forgotten += deleted;
    } while (deleted === rowsMax);
    if (forgotten > 0) log.info({ forgotten }, 'kept answers past their day were deleted');
  };
  return hourly(work, { log, trouble: 'the kept answers of creating calls could not be deleted' });
}
