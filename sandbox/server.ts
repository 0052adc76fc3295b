/**
 * The far ends, for development and tests: every provider's sandbox under `/<key>`, and `POST /_control/<key>/<verb>` to set the
 * scene. Nothing here is kept: a restart forgets everything. It listens on this machine only and asks nobody for a key.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { ProviderSandbox, SandboxRequest } from '../providers/contract.ts';
import { createHubspotSandbox } from '../providers/hubspot/sandbox.ts';
import { createPipedriveSandbox } from '../providers/pipedrive/sandbox.ts';
import { createSalesforceSandbox } from '../providers/salesforce/sandbox.ts';
import { createTwilioSandbox } from '../providers/twilio/sandbox.ts';
import { answerWithFault, createFaults, faultKinds, writeAnswer, type Fault } from './faults.ts';

export interface RunningSandbox {
  /** Without a slash at the end; a provider's base URL is `<url>/<key>`. */
  url: string;
  /** Calls a control verb directly; for tests that run in the same process. */
  control<T = any>(key: string, verb: string, input?: Record<string, unknown>): Promise<T>;
  close: () => Promise<void>;
}

interface Mounted {
  sandbox: ProviderSandbox;
  faults: ReturnType<typeof createFaults>;
  /** What was asked, in order; `fault` names the fault that hit it. */
  requests: { at: string; method: string; path: string; query: Record<string, string>; fault: string | null }[];
}

const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).default({}),
  times: z.int().positive().nullable().default(null),
  retryAfterS: z.int().nonnegative().optional(),
  ms: z.int().positive().max(600_000).default(10_000),
  field: z.string().optional(),
});

/** Port 0 takes a free one. */
export async function startSandbox({
  port = 0,
  host = '127.0.0.1',
}: { port?: number; host?: string } = {}): Promise<RunningSandbox> {
  const mounted = new Map<string, Mounted>();
  for (const sandbox of [createTwilioSandbox(), createHubspotSandbox(), createSalesforceSandbox(), createPipedriveSandbox()])
    mounted.set(sandbox.key, { sandbox, faults: createFaults(), requests: [] });

  const server = createServer((request, response) => {
    route(mounted, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else writeJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    control: async (key, verb, input = {}) => control(getMounted(mounted, key), verb, input) as never,
    close: () =>
      new Promise((resolve) => {
        for (const { sandbox } of mounted.values()) sandbox.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(mounted: Map<string, Mounted>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const [, first = '', ...rest] = url.pathname.split('/');
  const body = await text(request);
  const method = request.method ?? 'GET';
  if (first === '') return writeJson(response, 200, { providers: [...mounted.keys()] });
  if (first !== '_control') {
    const { sandbox, faults, requests } = getMounted(mounted, first);
    const asked: SandboxRequest = {
      method,
      path: `/${rest.join('/')}`,
      query: url.searchParams,
      headers: headersOf(request),
      body,
    };
    const fault: Fault | undefined = faults.take(method, asked.path);
    const { path } = asked;
    requests.push({
      at: new Date().toISOString(),
      method,
      path,
      query: Object.fromEntries(asked.query),
      fault: fault?.kind ?? null,
    });
    const answer = async () => sandbox.answer(asked);
    return fault ? answerWithFault(fault, sandbox, answer, { request, response }) : writeAnswer(response, await answer());
  }
  const [key = '', verb = ''] = rest;
  if (method !== 'POST') return writeJson(response, 405, { error: 'A control verb is a POST.' });
  try {
    writeJson(
      response,
      200,
      await control(getMounted(mounted, key), verb, body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)),
    );
  } catch (error) {
    writeJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** `fault`, `clearFaults`, `requests` and `reset` are the same for all; every other verb is the provider's own. */
async function control({ sandbox, faults, requests }: Mounted, verb: string, input: Record<string, unknown>): Promise<unknown> {
  if (verb === 'requests') return requests;
  if (verb === 'fault' || verb === 'clearFaults') {
    if (verb === 'fault') faults.add(faultSchema.parse(input));
    else faults.clear();
    return { ok: true };
  }
  const act = Object.hasOwn(sandbox.control, verb) ? sandbox.control[verb] : undefined;
  if (!act)
    throw new Error(
      `There is no verb "${verb}"; there are: ${['fault', 'clearFaults', 'requests', ...Object.keys(sandbox.control)].join(', ')}.`,
    );
  if (verb === 'reset') {
    faults.clear();
    requests.length = 0;
  }
  return (await act(input)) ?? { ok: true };
}

function getMounted(mounted: Map<string, Mounted>, key: string): Mounted {
  const found = mounted.get(key);
  if (!found) throw new Error(`There is no sandbox "${key}"; there are: ${[...mounted.keys()].join(', ')}.`);
  return found;
}

function headersOf({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function writeJson(response: ServerResponse, status: number, value: unknown): void {
  writeAnswer(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}
