/**
 * The real calls that no workflow makes: those that try an open circuit again, and the checks of connections that nobody has called for
 * a while. They stand outside of Temporal, so they cost no event, and go on while Temporal is away. Every worker process looks; a row's
 * claim decides which of them calls.
 */
import type { Logger } from 'pino';
import { isCircuitOpen } from '../activities/failures.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import { probeConnection } from '../activities/probe.ts';
import { circuitPolicy, type CircuitPolicy } from '../domain/circuit.ts';

export interface ProbesOptions {
  deps: ActivityDeps;
  log: Pick<Logger, 'error'>;
  policy?: CircuitPolicy;
  /** From one look at open circuits to the next. */
  lookEveryMs?: number;
  /** From one look for connections that are due for a check to the next. */
  checkEveryMs?: number;
  /** A connection whose newest check is older gets one. */
  checkAfterMs?: number;
}

/** Probes at once: enough for a provider that is down for many companies, too few to be in the way of anything. */
const atOnce = 5;

export function startProbes({
  deps,
  log,
  policy = circuitPolicy,
  lookEveryMs = 1_000,
  checkEveryMs = 15_000,
  checkAfterMs = 15 * 60_000,
}: ProbesOptions): { stop(): Promise<void> } {
  const { circuits, health } = deps.app;

  async function probe(connectionId: string): Promise<void> {
    try {
      await probeConnection(deps, connectionId);
    } catch (error) {
      if (!isCircuitOpen(error)) log.error({ err: error, connectionId }, 'a connection could not be probed; it is tried again');
    }
  }

  async function tryCircuits(): Promise<void> {
    const due = await circuits.due(atOnce);
    await Promise.all(
      due.map(async ({ connectionId }) => {
        await probe(connectionId);
        // Without credentials, for example, nothing was asked, and the next second would be no better.
        await circuits.postpone(connectionId, policy);
      }),
    );
  }

  async function checkQuiet(): Promise<void> {
    for (;;) {
      const due = await health.claimChecks({ limit: atOnce, checkAfterMs });
      await Promise.all(due.map(probe));
      if (due.length < atOnce || stopped) return;
    }
  }

  let stopped = false;
  const loops = [
    { work: tryCircuits, everyMs: lookEveryMs, trouble: 'open circuits could not be tried' },
    { work: checkQuiet, everyMs: checkEveryMs, trouble: 'connections could not be checked' },
  ].map(({ work, everyMs, trouble }) => {
    let running = Promise.resolve();
    let isRunning = false;
    const timer = setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      running = work()
        .catch((error: unknown) => log.error({ err: error }, `${trouble}; it is tried again in ${everyMs} ms`))
        .finally(() => {
          isRunning = false;
        });
    }, everyMs);
    return { timer, ended: () => running };
  });

  return {
    async stop() {
      stopped = true;
      for (const { timer } of loops) clearInterval(timer);
      await Promise.all(loops.map(({ ended }) => ended()));
    },
  };
}
