import { createServer } from 'node:net';
import { once } from 'node:events';
import type { RuntimeOptions } from '@temporalio/worker';

/** Task latencies, failures, pollers and slots: https://docs.temporal.io/references/sdk-metrics. */
export interface SdkMetrics {
  telemetryOptions: NonNullable<RuntimeOptions['telemetryOptions']>;
  read(): Promise<string>;
}

const readWithinMs = 2_000;

/**
 * The SDK's core can only serve its metrics at an address of their own and does not tell a port that it chose itself. So it is given
 * one on the loopback interface that was free a moment ago, and `read` fetches them from there.
 */
export async function sdkMetrics(): Promise<SdkMetrics> {
  const bindAddress = `127.0.0.1:${await freePort()}`;
  return {
    // Names and units as Prometheus has them: `_total`, `_seconds`.
    telemetryOptions: {
      metrics: { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } },
    },
    async read() {
      const answer = await fetch(`http://${bindAddress}/metrics`, { signal: AbortSignal.timeout(readWithinMs) });
      return answer.text();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port is free on the loopback interface.');
  return address.port;
}
