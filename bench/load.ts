/** A program: keeps `connections` connections busy with signed webhooks, one request at a time on each, and times every answer. */
import { Pool } from 'undici';
import { answer, programInput } from './program.ts';
import { formHeaders, signedRequests, type SignedRequest } from './signed-requests.ts';
import { quantile } from './statistics.ts';

export interface LoadInput {
  /** The webhook's address, which is signed as it is. */
  url: string;
  authToken: string;
  connections: number;
  /** Not measured: the target's code gets warm, its pools fill. */
  warmUpMs: number;
  measureMs: number;
  /** Requests made ready; the load ends early when they are used up. */
  requestsMax: number;
}

export interface LoadResult {
  perS: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers with a 2xx, those of the warm-up too: so many rows there must be. */
  accepted: number;
  /** Other answers by status, `none` where none came. */
  refused: Record<string, number>;
}

const input = await programInput<LoadInput>();
const { origin, pathname } = new URL(input.url);
const requests = signedRequests({ ...input, count: input.requestsMax });
const pool = new Pool(origin, { connections: input.connections, pipelining: 1 });
const latencies: number[] = [];
const refused: Record<string, number> = {};
let accepted = 0;
let next = 0;

const measureFrom = performance.now() + input.warmUpMs;
const until = measureFrom + input.measureMs;
await Promise.all(Array.from({ length: input.connections }, keepBusy));
const tookMs = Math.min(performance.now(), until) - measureFrom;
await pool.close();
answer({
  perS: latencies.length / (tookMs / 1_000),
  p50Ms: quantile(latencies, 0.5),
  p99Ms: quantile(latencies, 0.99),
  accepted,
  refused,
} satisfies LoadResult);

async function keepBusy(): Promise<void> {
  while (performance.now() < until && next < requests.length) {
    const request = requests[next]!;
    next += 1;
    const sent = performance.now();
    const status = await post(request).catch(() => 'none');
    const done = performance.now();
    if (typeof status === 'number' && status < 300) {
      accepted += 1;
      if (sent >= measureFrom && done <= until) latencies.push(done - sent);
    } else refused[status] = (refused[status] ?? 0) + 1;
  }
}

async function post({ body, signature }: SignedRequest): Promise<number> {
  const { statusCode, body: reply } = await pool.request({
    method: 'POST',
    path: pathname,
    headers: formHeaders(signature),
    body,
  });
  await reply.dump();
  return statusCode;
}
