import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { Registry } from 'prom-client';

interface Options {
  host: string;
  port: number;
  registry: Registry;
  /** What the Temporal SDK exposes by itself, as Prometheus' text. */
  sdkMetrics(): Promise<string>;
  /** Each queue that this process serves, and whether its worker polls. */
  polling(): Record<string, boolean>;
}

/**
 * `/health`: 200 while every worker of this process polls. `/metrics`: ours and the SDK's at one address, so that one scrape knows
 * both. Nobody is asked who they are, and nothing else is served.
 */
export async function serveMetrics({
  host,
  port,
  registry,
  sdkMetrics,
  polling,
}: Options): Promise<{ port: number; stop(): Promise<void> }> {
  const answers: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    async '/health'() {
      const queues = polling();
      const healthy = Object.values(queues).every(Boolean);
      const body = JSON.stringify({ status: healthy ? 'polling' : 'not polling', queues });
      return { status: healthy ? 200 : 503, type: 'application/json', body };
    },
    async '/metrics'() {
      // While the SDK's exporter does not answer, our own are all the more wanted.
      const [own, sdk] = await Promise.all([registry.metrics(), sdkMetrics().catch(() => '')]);
      return { status: 200, type: registry.contentType, body: `${own}${sdk}` };
    },
  };
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' && answers[request.url?.split('?', 1)[0] ?? ''];
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    answer().then(
      ({ status, type, body }) => response.writeHead(status, { 'Content-Type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  server.requestTimeout = 10_000;
  server.listen(port, host);
  await once(server, 'listening');
  return { port: portOf(server), stop: () => stop(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
