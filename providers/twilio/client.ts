import twilio from 'twilio';
import { z } from 'zod';
import { HttpFailure, type ProviderContext, type ProviderHttp } from '../contract.ts';
import { TwilioApiError } from './errors.ts';
import type { TwilioCredentials, TwilioSettings } from './schema.ts';

export type TwilioContext = ProviderContext<TwilioCredentials, TwilioSettings>;
export type TwilioClient = twilio.Twilio;

/** A region is reached by its edge's name too: `api.dublin.ie1.twilio.com`. https://www.twilio.com/docs/twilio-cli/general-usage/regional */
const edges = { us1: '', ie1: 'dublin' } as const;

/**
 * The official client over the engine's HTTP. `as: 'account'` speaks with the auth token even where an API key is there.
 * Edge, region and log level are always given: left out, the SDK takes them from this process's environment, for every tenant alike.
 */
export function createClient(
  { http, credentials, settings }: TwilioContext,
  { as = 'key', signal }: { as?: 'key' | 'account'; signal?: AbortSignal | undefined } = {},
): TwilioClient {
  const { accountSid, authToken, apiKeySid, apiKeySecret } = credentials;
  const [username, password] = as === 'key' && apiKeySid && apiKeySecret ? [apiKeySid, apiKeySecret] : [accountSid, authToken];
  const region = settings.region ?? 'us1';
  return twilio(username, password, {
    accountSid,
    edge: edges[region],
    region: region === 'us1' ? '' : region,
    logLevel: 'error',
    autoRetry: false,
    httpClient: new EngineRequestClient(http, signal),
  });
}

type Params = Record<string, string | number | boolean>;

/** One JSON document under `https://api.twilio.com` or another of Twilio's hosts, as it was sent. */
export async function getJson<T>(client: TwilioClient, uri: string, schema: z.ZodType<T>, params: Params = {}): Promise<T> {
  return (await getDated(client, uri, schema, params)).document;
}

/** The same, and when Twilio answered by its own clock. https://www.rfc-editor.org/rfc/rfc9110#name-date */
export async function getDated<T>(
  client: TwilioClient,
  uri: string,
  schema: z.ZodType<T>,
  params: Params = {},
): Promise<{ document: T; atMs: number | null }> {
  const absolute = uri.startsWith('/') ? `https://api.twilio.com${uri}` : uri;
  const { body, headers } = (await client.request({ method: 'get', uri: absolute, params })) as Answer;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw unreadable();
  return { document: parsed.data, atMs: dateMs(headers['date']) };
}

/** What our own request client below hands back through the SDK. */
interface Answer {
  headers: Record<string, string>;
  body: unknown;
}

function dateMs(header: string | undefined): number | null {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? null : ms;
}

export function unreadable(): HttpFailure {
  return new HttpFailure('truncated', 'unknown', 'Twilio’s answer could not be read.');
}

type RequestOptions = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0];

/** Takes the place of the SDK's axios client: no retries of its own, one log line for each call, no header lost. */
class EngineRequestClient extends twilio.RequestClient {
  readonly #http: ProviderHttp;
  readonly #signal: AbortSignal | undefined;

  constructor(http: ProviderHttp, signal: AbortSignal | undefined) {
    super();
    this.#http = http;
    this.#signal = signal;
  }

  // The SDK's own signature lets callers name the body's type; here it is what JSON gives.
  override async request(options: RequestOptions): Promise<any> {
    const headers: Record<string, string> = { ...options.headers };
    if (options.username && options.password)
      headers['Authorization'] = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`;
    const {
      status,
      headers: answered,
      body,
    } = await this.#http.request({
      method: options.method.toUpperCase() as 'GET' | 'POST',
      url: withQuery(options.uri, options.params),
      headers,
      ...(options.data ? { body: encodeForm(options.data) } : {}),
      ...(this.#signal && { signal: this.#signal }),
    });
    if (status >= 400) throw new TwilioApiError(status, errorCodeOf(body), retryAfterMs(answered));
    return { statusCode: status, headers: answered, body: parse(body) };
  }
}

function withQuery(uri: string, params: object | undefined): string {
  const query = params ? encodeForm(params) : '';
  return query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
}

/** `application/x-www-form-urlencoded`; a list repeats its name, as Twilio reads it. */
function encodeForm(values: object): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) form.append(name, String(item));
  return form.toString();
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable();
  }
}

const errorSchema = z.object({ code: z.number().int() });

/** An error page may be anything, for example HTML of a proxy: then there is no code, and the status alone tells. */
function errorCodeOf(body: string): string | null {
  try {
    const error = errorSchema.safeParse(JSON.parse(body));
    return error.success ? String(error.data.code) : null;
  } catch {
    return null;
  }
}

/** Seconds, or a date by Twilio's clock; https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function retryAfterMs({ 'retry-after': header, date }: Record<string, string | undefined>): number | undefined {
  if (header === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - (dateMs(date) ?? Date.now());
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
