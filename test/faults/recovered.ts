import { until } from '../harness/until.ts';

/**
 * Any scenario may kill or freeze the worker while another awaits something. Temporal notices a dead worker by the heartbeat that does
 * not come, after most of a minute.
 */
export const recoveredWithinMs = 150_000;

/** As `until`, and with time for a recovery in between. */
export const recovered = <T>(ask: () => Promise<T> | T, isAwaited?: (answer: T) => boolean): Promise<T> =>
  until(ask, isAwaited, recoveredWithinMs);
