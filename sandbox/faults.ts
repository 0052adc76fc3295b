/** Faults on command: which request goes wrong, how, and how often. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProviderSandbox, SandboxAnswer } from '../providers/contract.ts';

export const faultKinds = [
  'status429',
  'status500',
  /** As if the credentials had been revoked. */
  'revoked',
  /** Done, and then never answered; the caller's time-out ends it. */
  'timeout_after_effect',
  'reset_after_effect',
  /** Done, and a proxy in front gave up waiting: its own page instead of the answer. */
  'status502_after_effect',
  /** The connection breaks before anything was done. */
  'reset_before',
  /** The answer comes byte by byte over `ms` milliseconds. */
  'slow_drip',
  /** A whole HTTP answer whose JSON ends in the middle. */
  'truncated_json',
  /** Done, and something in front answers with a page of its own, as if all were well. */
  'wrong_content_type',
  /** Done and answered as usual, `ms` milliseconds late. */
  'delay',
  /** The vendor has taken `field` out of its records, wherever it stands in the answer. */
  'field_gone',
  /** The vendor gives `field` as a number from now on. */
  'field_as_number',
] as const;

export interface Fault {
  kind: (typeof faultKinds)[number];
  /** Both must fit when given; `path` is found anywhere in the request's path. */
  match: { method?: string | undefined; path?: string | undefined };
  /** How many requests it hits; `null` is until it is cleared. */
  times: number | null;
  retryAfterS?: number | undefined;
  ms: number;
  field?: string | undefined;
}

export function createFaults() {
  let faults: Fault[] = [];
  return {
    add(fault: Fault): void {
      faults.push({ ...fault, match: { ...fault.match } });
    },
    clear(): void {
      faults = [];
    },
    /** The first fault that fits, counted as used. */
    take(method: string, path: string): Fault | undefined {
      const fault = faults.find(
        ({ match, times }) =>
          times !== 0 && (!match.method || match.method === method) && (!match.path || path.includes(match.path)),
      );
      if (fault && fault.times !== null) fault.times -= 1;
      return fault;
    },
  };
}

/** Answers one request with `fault`; `answer` does what was asked, so whether and when it is called decides the effect. */
export async function answerWithFault(
  fault: Fault,
  sandbox: ProviderSandbox,
  answer: () => Promise<SandboxAnswer>,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  switch (fault.kind) {
    case 'status429':
    case 'status500':
    case 'revoked':
      return writeAnswer(
        response,
        sandbox.refusals[fault.kind](fault.retryAfterS === undefined ? {} : { retryAfterS: fault.retryAfterS }),
      );
    case 'reset_before':
      request.socket.destroy();
      return;
    case 'reset_after_effect':
      await answer();
      request.socket.destroy();
      return;
    case 'timeout_after_effect':
      await answer();
      return;
    case 'status502_after_effect':
      await answer();
      return writeAnswer(response, { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>502 Bad Gateway</h1>' });
    case 'wrong_content_type':
      await answer();
      return writeAnswer(response, { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Please sign in</h1>' });
    case 'delay': {
      const done = await answer();
      await sleep(fault.ms);
      return writeAnswer(response, done);
    }
    case 'truncated_json': {
      const done = await answer();
      return writeAnswer(response, { ...done, body: done.body.slice(0, Math.floor(done.body.length / 2)) });
    }
    case 'field_gone':
    case 'field_as_number': {
      const done = await answer();
      return writeAnswer(response, { ...done, body: withField(done.body, fault) });
    }
    case 'slow_drip':
      return drip(response, await answer(), fault.ms);
  }
}

/** An answer that is no JSON stays as it is. */
function withField(body: string, { kind, field }: Fault): string {
  const changed = kind === 'field_gone' ? undefined : 7;
  try {
    return JSON.stringify(JSON.parse(body, (key, value: unknown) => (key === field ? changed : value)));
  } catch {
    return body;
  }
}

export function writeAnswer(response: ServerResponse, { status, headers, body }: SandboxAnswer): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

/** Keeps no process alive by itself. */
const sleep = (ms: number) => wait(ms, undefined, { ref: false });

const dripSteps = 20;

async function drip(response: ServerResponse, { status, headers, body }: SandboxAnswer, ms: number): Promise<void> {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  const size = Math.max(1, Math.ceil(bytes.length / dripSteps));
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    response.write(bytes.subarray(at, at + size));
    await sleep(ms / dripSteps);
  }
  response.end();
}
