/**
 * How one outside system speaks, declared. A provider is a value: data and a few small functions that are handed a ready HTTP
 * client. It holds no state, knows no database and no workflow, and never knows whether it talks to the vendor or to the sandbox.
 */
import type { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { LimitName } from '../domain/headroom.ts';
import type { MappingSet } from '../domain/mapping.ts';
import type { Writable, WrittenValues } from '../domain/out-mapping.ts';
import type { MetricKey } from '../domain/metrics.ts';
import type {
  CanonicalObject,
  DeletedRecord,
  MessageStatus,
  NormalizedEvent,
  ProviderOwner,
  ProviderStage,
  StageMovement,
} from '../domain/records.ts';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, or a path under the provider's base URL. An absolute URL on the vendor's host is sent to the base URL in force. */
  url: string;
  query?: Record<string, string | number | boolean | undefined>;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The client the engine hands to a provider: base URL, time-out, and one redacted line in `integration_logs` for each call. It
 * answers whatever status came back; it throws `HttpFailure` only when no whole answer came.
 */
export interface ProviderHttp {
  request(request: HttpRequest): Promise<HttpResponse>;
}

/** No whole answer. `effect` is `none` only when the request certainly never reached the provider; `address`: it may not be called. */
export class HttpFailure extends Error {
  readonly kind: 'timeout' | 'connection' | 'truncated' | 'address';
  readonly effect: 'none' | 'unknown';
  constructor(kind: HttpFailure['kind'], effect: HttpFailure['effect'], message: string) {
    super(message);
    this.name = 'HttpFailure';
    this.kind = kind;
    this.effect = effect;
  }
}

export interface ProviderContext<Credentials = Record<string, string>, Settings = Record<string, unknown>> {
  http: ProviderHttp;
  credentials: Credentials;
  settings: Settings;
}

/** What a person enters is used as it is. Fields named in `secrets` are write-only everywhere. */
export interface EnteredAuth<Credentials = Record<string, string>> {
  kind: 'basic' | 'api_key';
  label: string;
  credentials: z.ZodType<Credentials>;
  secrets: string[];
}

/**
 * Access tokens that end by themselves: the engine gets and renews them, and a provider is handed `{ accessToken }` alone, or
 * `{ accessToken, instanceUrl }`.
 */
interface TokenAuth {
  label: string;
  tokenUrl: string;
  /** What is asked for; the vendor may grant less. */
  scopes: readonly string[];
  /** How our client shows itself at the token endpoint. */
  clientAuth: 'client_secret_post' | 'client_secret_basic';
  /** Seconds that an access token lives where the vendor's answer does not say. */
  lifetimeS: number;
  /**
   * Where the account's own API is, for a vendor whose token answer tells it: the answer's field, and the hosts that it may name (`*.`
   * for every host below a domain; the provider's `hosts` must cover them). The provider is then handed `instanceUrl`, an origin over
   * https, beside `accessToken`.
   */
  instance?: { field: string; hosts: readonly string[] };
  /** What the vendor says in place of the standard's error codes, each with the standard's own. */
  errorWords?: Readonly<Record<string, string>>;
}

/** A person consents at the vendor (authorization code with PKCE); the platform's own client asks for it. */
export interface ConsentAuth extends TokenAuth {
  kind: 'oauth2';
  authorizeUrl: string;
  /** What the vendor wants beside the standard's own parameters. */
  authorizeParams?: Record<string, string>;
  /**
   * `rotates`: each refresh ends the token that it was made with, so a refresh whose answer was lost must not be tried again, unless
   * the vendor takes the old token for another `graceS` seconds.
   */
  refreshToken: { rotates: boolean; graceS?: number };
  /** `ends`: whether revoking a refresh token ends it alone, or all that the person granted to our client. */
  revoke?: { url: string; ends: 'token' | 'grant' };
}

/** The company's own client asks for itself. */
export interface ClientCredentialsAuth extends TokenAuth {
  kind: 'client_credentials';
  credentials: z.ZodType<{ clientId: string; clientSecret: string }>;
  secrets: string[];
}

/** The company's own key signs for a user of the vendor (RFC 7523). `privateKey` is PKCS #8 in PEM. */
export interface JwtBearerAuth extends TokenAuth {
  kind: 'jwt_bearer';
  algorithm: 'RS256' | 'ES256';
  audience: string;
  credentials: z.ZodType<{ clientId: string; subject: string; privateKey: string }>;
  secrets: string[];
}

export type RenewedAuth = ConsentAuth | ClientCredentialsAuth | JwtBearerAuth;
/** One way to authorise. */
export type AuthKind<Credentials = Record<string, string>> = EnteredAuth<Credentials> | RenewedAuth;

/** What a real call with the credentials told: step 1 of onboarding. */
export interface CheckResult {
  account: { externalId: string; name: string; status: string };
  /** Whether the account may be used as it is; if not, why. */
  usable: { ok: true } | { ok: false; failure: Failure };
  /** What the account reaches: sub-accounts, senders, organisations. */
  reaches: { kind: string; externalId: string; label: string; address?: string; capabilities: string[] }[];
}

/** Raw records as the provider gave them, oldest first where the provider allows, and those that it no longer has. */
export interface Records {
  records: unknown[];
  deleted?: DeletedRecord[];
}

/** Ids that one `fetchByIds` is given at most. */
export const idsMax = 100;

export interface Page extends Records {
  /** Opaque to the engine, JSON text of at most 4 KiB: handed back for the next page, or for the next run when `done`. */
  cursor: string;
  done: boolean;
}

export interface Stream<Context = ProviderContext> {
  object: CanonicalObject;
  label: string;
  /** Seconds between scheduled runs unless the connection says otherwise. */
  cadenceS: number;
  /** One page after `cursor` (`null`: from the start). Repeating a call with the same cursor is harmless. */
  fetchPage(context: Context, input: { cursor: string | null; now: Date; pageSize: number; signal?: AbortSignal }): Promise<Page>;
  /** The records that webhooks told of, as `fetchPage` would give them; what is gone is in `deleted`. At most `idsMax` ids. */
  fetchByIds?(context: Context, input: { externalIds: string[]; now: Date; signal?: AbortSignal }): Promise<Records>;
  /** What the history in a raw deal tells, oldest first. Pure; never throws. */
  movements?(raw: unknown): StageMovement[];
  mapping: Omit<MappingSet, 'version'>;
  /** What of a record can be written; absent: nothing. Needs `fetchByIds`, because the engine looks before it writes. */
  writes?: Writes<Context>;
}

export interface Writes<Context = ProviderContext> {
  fields: Writable;
  /** From our fields to those, unless the connection has published another. */
  mapping: Omit<MappingSet, 'version'> & { direction: 'out' };
  /**
   * `sets`: afterwards the values stand there, however often it was asked for. So a write whose answer was lost is looked for, and made
   * again only where it is not found.
   */
  idempotency: 'sets';
  /** Sets these values of one record, all of them or none. What is not named stays. */
  write(context: Context, input: { externalId: string; values: WrittenValues; signal?: AbortSignal }): Promise<void>;
}

/** An inbound request as it came: raw bytes, the public URL it was sent to, lower-case header names. */
export interface InboundRequest {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  body: Buffer;
}
export type SignatureVerdict = { ok: true } | { ok: false; reason: 'missing' | 'mismatch' | 'expired' };

/** One event of an inbound request. `key` is its identity for the duplicate guard. `data` is what the payload table keeps. */
export interface InboundEvent {
  key: string;
  type: string;
  occurredAt: string | null;
  data: Record<string, unknown>;
}

/** A body that is not what its content type says. The API answers 400 with `message`, which names no value. */
export class MalformedWebhook extends Error {
  override name = 'MalformedWebhook';
}

export interface Webhook<Credentials = Record<string, string>> {
  /** Content types that this provider sends; anything else is answered 415. */
  contentTypes: string[];
  /**
   * Checked on raw bytes, in constant time. The clock is an argument. Where the platform's own OAuth client signs or is signed for, its
   * secret stands among the credentials as `clientSecret`.
   */
  verify(request: InboundRequest, credentials: Credentials, now: Date): SignatureVerdict;
  /** Throws `MalformedWebhook` for a body that cannot be read. */
  parse(request: InboundRequest): InboundEvent[];
  /**
   * Where all accounts' webhooks of the platform's app come to one address: the account that an event is of, as `check` names it. Its
   * connections are found by it, and what is not of a connection's account is not stored with it.
   */
  accountOf?(event: InboundEvent): string;
  /** What the provider expects as an answer to a webhook it may retry. */
  reply: { status: number; contentType: string; body: string };
}

export interface OutgoingMessage {
  from: string;
  to: string;
  body: string;
  /** Where the provider tells the status; carries our delivery id, so that a callback alone tells which delivery it is. */
  statusCallbackUrl: string | null;
}
export interface SentMessage {
  externalId: string;
  status: MessageStatus;
  segments: number | null;
  errorCode: string | null;
}

export interface SendMessage<Context = ProviderContext> {
  /** `none`: the provider has no idempotency key, so the engine looks with `find` before it sends again. */
  idempotency: 'none' | 'key';
  send(context: Context, message: OutgoingMessage): Promise<SentMessage>;
  /**
   * Messages like this one that were created within the last `elapsedMs`, oldest first. Reckoned back from the provider's own now, so
   * that a clock of ours that is off hides no message: what is not found is sent again.
   */
  find(
    context: Context,
    message: Pick<OutgoingMessage, 'from' | 'to' | 'body'>,
    elapsedMs: number,
  ): Promise<(SentMessage & { createdAt: string })[]>;
  fetch(context: Context, externalId: string): Promise<SentMessage>;
  /** Messages per second that one sender may be given. */
  ratePerSenderPerS: number;
}

/** How much is left of the nearest of the vendor's limits. */
export interface Quota {
  name: LimitName;
  limit: number;
  remaining: number;
}

export interface Provider<Credentials = any, Settings = any> {
  key: string;
  label: string;
  category: 'messaging' | 'crm' | 'accounting' | 'payments' | 'chat' | 'calendar' | 'maps' | 'fleet' | 'automation';
  docsUrl: string;
  /** The vendor's own; the engine may put another in its place (the sandbox, a proxy). */
  baseUrl: string;
  /** The vendor's other hosts that this provider calls, `*.` for every host below a domain. No further host is sent anything. */
  hosts?: readonly string[];
  auth: AuthKind<Credentials>[];
  /** What a company must have there before it can be connected, each a sentence for the person who begins. */
  needs?: readonly string[];
  /**
   * What the connection is told beyond its credentials. Stored and answered in the clear, and in the audit log: a secret is a
   * credential, never a setting, and the suite refuses a field whose name promises one.
   */
  settings: z.ZodType<Settings>;
  check(context: ProviderContext<Credentials, Settings>): Promise<CheckResult>;
  streams: Record<string, Stream<ProviderContext<Credentials, Settings>>>;
  /** The stages of all pipelines, for a provider of deals. */
  stages?(context: ProviderContext<Credentials, Settings>): Promise<ProviderStage[]>;
  /** Everybody whom a record may name as its owner, those who have left among them where the vendor still knows them. */
  owners?(context: ProviderContext<Credentials, Settings>): Promise<ProviderOwner[]>;
  webhook?: Webhook<Credentials>;
  /** What a stored event means in our words; an event that means nothing to us answers an empty list. Never throws. */
  normalize(event: Omit<InboundEvent, 'key'>): NormalizedEvent[];
  /**
   * What a stored event tells of its record, under the names that the provider's records have, so that one mapping says for both whose
   * a record is. Never throws.
   */
  asRecord?(event: Omit<InboundEvent, 'key'>): Record<string, string>;
  sendMessage?: SendMessage<ProviderContext<Credentials, Settings>>;
  /** Vendor codes that say a recipient has opted out: nothing is sent to them again. */
  optedOutCodes: string[];
  /** What an answer's headers tell of the vendor's limits, where it tells. Never throws. */
  quotaOf?(headers: Record<string, string>): Quota | null;
  /** The metrics that this provider's records feed. */
  metrics: MetricKey[];
  /** Anything thrown by the functions above, by consequence. Never throws; takes `null` and `42` too. */
  classify(error: unknown): Failure;
  /** Every vendor code that we know, for the API document and the tests. */
  errorCatalogue: Record<string, Omit<Failure, 'effect' | 'retryAfterMs'>>;
}

/** Fixes the types of a provider's own credentials and settings, and nothing else. */
export function defineProvider<Credentials, Settings>(
  provider: Provider<Credentials, Settings>,
): Provider<Credentials, Settings> {
  return provider;
}

/** One request to a sandbox, body read; `path` is relative to the provider's mount point. */
export interface SandboxRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: string;
}
export interface SandboxAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** What the sandbox server mounts for a provider: the vendor's wire format, in memory. The server itself adds faults and a log. */
export interface ProviderSandbox {
  key: string;
  answer(request: SandboxRequest): SandboxAnswer | Promise<SandboxAnswer>;
  /** How the vendor words the refusals that a fault can ask for. */
  refusals: Record<'status429' | 'status500' | 'revoked', (input: { retryAfterS?: number }) => SandboxAnswer>;
  /** The control endpoint's verbs for this provider, each with a JSON input and a JSON answer. */
  control: Record<string, (input: Record<string, unknown>) => Promise<unknown> | unknown>;
  /** Ends what still runs by itself, for example callbacks on their way. */
  close(): void;
}
