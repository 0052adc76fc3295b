import type { Logger } from 'pino';

const hourMs = 3_600_000;

interface Options {
  log: Pick<Logger, 'error'>;
  trouble: string;
  everyMs?: number | undefined;
}

/** Work that is done at start and every hour. A failure is logged with `trouble` and tried again the next hour. */
export function hourly(work: () => Promise<void>, { log, trouble, everyMs = hourMs }: Options) {
  let running: Promise<void> | undefined;
  // An hour that begins while the work of the last one is still under way is left out: both would do the same.
  const beat = () => {
    running ??= work()
      .catch((error: unknown) => log.error({ err: error }, `${trouble}; it is tried again in an hour`))
      .finally(() => {
        running = undefined;
      });
  };
  beat();
  const timer = setInterval(beat, everyMs);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
}
