/** Webhooks per second with every request traced and sent to a collector, beside the same API without traces. */
import { commandsOf } from '../test/harness/connector.ts';
import { connect } from '../test/harness/scene.ts';
import { figure, type Part } from './figure.ts';
import type { LoadResult } from './load.ts';
import { startProgram } from './program.ts';
import { sendWebhooks } from './send-webhooks.ts';

const connections = 64;
const traced = 'traced';
const untraced = 'untraced';

export const tracing: Part = {
  name: 'tracing',
  shares: 'the load, the API, the database and the collector; the connection is paused',
  async measure({ stack, rounds, quick, say }) {
    const launched = await connect(stack, { messages: 0 });
    await commandsOf(stack, launched).pause();
    const { connectionId, account } = launched;
    // Paused, so every event that is committed is one that waits.
    const countRows = () => stack.traffic.events.countWaiting(connectionId);
    const collector = startProgram<{ url: string }>('floors/collector.ts', {});
    const results: Record<string, LoadResult[]> = { [traced]: [], [untraced]: [] };
    try {
      const { url: endpoint } = await collector.answers();
      for (let round = 1; round <= rounds; round += 1)
        for (const [name, OTEL_EXPORTER_OTLP_ENDPOINT] of [
          [traced, endpoint],
          [untraced, undefined],
        ] as const) {
          await stack.api.kill('SIGTERM');
          await stack.api.start({ OTEL_EXPORTER_OTLP_ENDPOINT });
          const url = `${stack.url}/webhooks/twilio/${connectionId}`;
          const { result, rows } = await sendWebhooks({
            name,
            url,
            authToken: account.authToken,
            connections,
            quick,
            countRows,
          });
          say(`  round ${round}, ${name}: ${Math.round(result.perS)}/s; ${result.accepted} answered, ${rows} rows`);
          results[name]!.push(result);
        }
    } finally {
      await collector.stop();
    }
    const of = (key: 'perS' | 'p50Ms' | 'p99Ms', name: string) => results[name]!.map((result) => result[key]);
    const beside = (key: 'perS' | 'p50Ms' | 'p99Ms') => ({ floors: { [untraced]: of(key, untraced) } });
    return [
      figure(`${connections} connections`, 'requests/s', of('perS', traced), beside('perS')),
      figure(`${connections} connections, p50`, 'ms', of('p50Ms', traced), beside('p50Ms')),
      figure(`${connections} connections, p99`, 'ms', of('p99Ms', traced), beside('p99Ms')),
    ];
  },
};
