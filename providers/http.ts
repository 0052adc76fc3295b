/**
 * The HTTP client that providers are handed: one base URL in force, one time-out, one log line for each call. It follows no
 * redirect and repeats nothing, because only the engine knows whether a request may be sent twice.
 */
import { request as send, type Dispatcher } from 'undici';
import { HttpFailure, type HttpRequest, type HttpResponse, type ProviderHttp } from './contract.ts';
import { AddressRefused, createEgress } from './egress.ts';

/** One call as it may be logged: no header, no body, no query value, no phone number or e-mail address. */
export interface HttpCall {
  at: Date;
  method: string;
  /** Path with the names of its query; led by the host when it is not the provider's main one. */
  path: string;
  status: number | null;
  latencyMs: number;
  /** `refused` is a whole answer with status 400 or above; `cancelled` is our own doing. */
  outcome: 'ok' | 'refused' | HttpFailure['kind'] | 'cancelled';
}

export interface ProviderHttpOptions {
  /** The vendor's own base URL. */
  vendorBaseUrl: string;
  /** The base URL in force: the vendor's own, the sandbox's, or a proxy's. */
  baseUrl: string;
  /** Other hosts of the vendor: `messaging.twilio.com`, or `*.twilio.com` for every host below a domain. */
  hosts?: readonly string[] | undefined;
  /** For the whole call, body included; a request may set its own. */
  timeoutMs: number;
  /**
   * Decides which addresses may be called; public ones alone when absent. A base URL that was put in place of the vendor's is the
   * operator's word, often a sandbox or proxy inside, and is not asked about.
   */
  egress?: Dispatcher | undefined;
  /** Bytes of an answer's body that are read at most; far above any page that is asked for. */
  bytesMax?: number | undefined;
  log(call: HttpCall): void;
}

const publicOnly = createEgress();
const usualBytesMax = 32 * 1_024 * 1_024;

export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  return {
    async request(request: HttpRequest): Promise<HttpResponse> {
      const target = resolveTarget(options, request);
      const at = new Date();
      const started = performance.now();
      let status: number | null = null;
      const finish = (outcome: HttpCall['outcome']) => {
        const latencyMs = Math.round(performance.now() - started);
        options.log({ at, method: request.method, path: target.logPath, status, latencyMs, outcome });
      };

      const timeoutMs = request.timeoutMs ?? options.timeoutMs;
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await send(target.url, {
          method: request.method,
          headers: request.headers ?? null,
          body: request.body ?? null,
          ...(target.isVendors && { dispatcher: options.egress ?? publicOnly }),
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
        });
        status = answer.statusCode;
        const body = await readBounded(answer.body, options.bytesMax ?? usualBytesMax);
        finish(status < 400 ? 'ok' : 'refused');
        return { status, headers: flattenHeaders(answer.headers), body };
      } catch (error) {
        if (request.signal?.aborted) {
          finish('cancelled');
          throw request.signal.reason;
        }
        const failure = timeout.aborted
          ? new HttpFailure('timeout', 'unknown', `No whole answer within ${timeoutMs} ms.`)
          : toFailure(error, status !== null);
        finish(failure.kind);
        throw failure;
      }
    },
  };
}

/** An address of the vendor's as a browser reaches it while another base URL is in force. */
export function addressInForce(options: Pick<ProviderHttpOptions, 'vendorBaseUrl' | 'baseUrl' | 'hosts'>, url: string): string {
  return resolveTarget(options, { method: 'GET', url }).url;
}

/**
 * Where a request goes. While another base URL is in force, the vendor's main host becomes `<baseUrl>/path` and each of its other
 * hosts `<baseUrl>/<host>/path`. A host that the provider did not declare is refused: it would be sent the credentials.
 */
function resolveTarget(
  { vendorBaseUrl, baseUrl, hosts = [] }: Pick<ProviderHttpOptions, 'vendorBaseUrl' | 'baseUrl' | 'hosts'>,
  request: HttpRequest,
) {
  const vendor = new URL(vendorBaseUrl);
  const asked = new URL(/^https?:\/\//i.test(request.url) ? request.url : trimSlash(vendorBaseUrl) + request.url);
  const isMain = asked.host === vendor.host;
  if (asked.protocol !== vendor.protocol || !(isMain || hosts.some((host) => coversHost(host, asked.host))))
    throw new Error(`${asked.protocol}//${asked.host} is not a host of this provider: add it to the provider's hosts.`);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) asked.searchParams.append(name, String(value));

  const path = asked.pathname + asked.search;
  const other = isMain ? '' : `/${asked.host}`;
  const isVendors = trimSlash(baseUrl) === trimSlash(vendorBaseUrl);
  const url = isVendors ? asked.href : trimSlash(baseUrl) + other + withoutPrefix(path, isMain ? trimSlash(vendor.pathname) : '');
  return { url, isVendors, logPath: (isMain ? '' : asked.host) + redactPath(asked) };
}

/** Whether `host` is the one that `pattern` names, or below its domain. */
export function coversHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

function withoutPrefix(path: string, prefix: string): string {
  return prefix && path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Identifiers stay, because ops need them; a part that looks like a phone number or an e-mail address does not. */
function redactPath({ pathname, searchParams }: URL): string {
  const path = pathname
    .split('/')
    .map((part) => (/^(%2b|\+)?\d{7,15}(\.\w+)?$/i.test(part) || /@|%40/.test(part) ? '***' : part))
    .join('/');
  const names = [...new Set(searchParams.keys())];
  return names.length === 0 ? path : `${path}?${names.join('&')}`;
}

class AnswerTooLong extends Error {
  override name = 'AnswerTooLong';
}

/** Without a bound, one answer of a provider that went wrong could take a worker's whole memory. */
async function readBounded(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.length;
    // Leaving the loop closes the connection.
    if (bytes > bytesMax) throw new AnswerTooLong(`The answer is longer than ${bytesMax} bytes and was not read to its end.`);
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** The request certainly never reached the provider: no connection was made, or its certificate was refused before anything was sent. */
const unsentCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

function toFailure(error: unknown, hasAnswer: boolean): HttpFailure {
  if (error instanceof AddressRefused) return new HttpFailure('address', 'none', error.message);
  if (error instanceof AnswerTooLong) return new HttpFailure('truncated', 'unknown', error.message);
  const code = (error as { code?: string } | null)?.code ?? 'unknown cause';
  if (hasAnswer) return new HttpFailure('truncated', 'unknown', `The answer ended before it was complete (${code}).`);
  if (unsentCodes.test(code)) return new HttpFailure('connection', 'none', `No connection could be made (${code}).`);
  return new HttpFailure('connection', 'unknown', `The connection broke before an answer came (${code}).`);
}

function flattenHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]];
    }),
  );
}
