import type { Logger } from 'pino';
import type { HealthStore, SeenQuota } from '../db/app/stores/health.ts';

/** A connection's row is written this often at most, however many calls tell of its limits. */
const everyMs = 30_000;
/** Connections that are remembered; those that called longest ago are forgotten first. */
const knownMax = 10_000;

interface Options {
  health: Pick<HealthStore, 'sawQuota'>;
  log: Pick<Logger, 'warn'>;
}

/** Keeps what answers tell of the providers' limits, beside the calls: what cannot be written fails none. */
export function keepQuotas({ health, log }: Options): (seen: SeenQuota) => void {
  const writtenAtMs = new Map<string, number>();
  return (seen) => {
    const { connectionId } = seen;
    if (performance.now() - (writtenAtMs.get(connectionId) ?? -Infinity) < everyMs) return;
    writtenAtMs.delete(connectionId);
    writtenAtMs.set(connectionId, performance.now());
    if (writtenAtMs.size > knownMax) writtenAtMs.delete(writtenAtMs.keys().next().value!);
    health
      .sawQuota(seen)
      .catch((error: unknown) => log.warn({ err: error, connectionId }, 'a provider’s limit could not be kept'));
  };
}
