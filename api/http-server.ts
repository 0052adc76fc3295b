import { createServer, type Server } from 'node:http';

/** How long and how many senders may hold on. A sender that dawdles costs memory, and a thousand of them a whole process. */
export interface ServerLimits {
  /** From the first byte of a request to the end of its headers. */
  headersWithinMs: number;
  /** From the first byte of a request to the end of its body. */
  requestWithinMs: number;
  /** Without a byte in either direction; longer than the longest wait for a workflow's answer. */
  silentWithinMs: number;
  /** How often the first two are looked after. */
  checkEveryMs: number;
  connectionsMax: number;
}

export const usualLimits: ServerLimits = {
  headersWithinMs: 10_000,
  requestWithinMs: 30_000,
  silentWithinMs: 120_000,
  checkEveryMs: 1_000,
  connectionsMax: 2_000,
};

/** Node's server with our limits, for Express and the webhook receiver alike. Who is too slow is answered 408 and cut off. */
export function createHttpServer(limits: ServerLimits = usualLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersWithinMs,
    requestTimeout: limits.requestWithinMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  });
  server.timeout = limits.silentWithinMs;
  server.maxConnections = limits.connectionsMax;
  return server;
}
