import type { Logger } from 'pino';

const hourMs = 3_600_000;

interface Options {
  log: Pick<Logger, 'error'>;
  trouble: string;
  everyMs?: number | undefined;
}

/** Work that is done at start and every hour. A failure is logged with `trouble` and tried again the next hour. */
export function hourly(work: () => Promise<void>, { log, trouble, everyMs = hourMs }: Options) {
  const once = () => work().catch((error: unknown) => log.error({ err: error }, `${trouble}; it is tried again in an hour`));
  let running = once();
  const timer = setInterval(() => {
    running = once();
  }, everyMs);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
}
