import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { InboundEvent, InboundRequest, Provider, Webhook } from '../../providers/contract.ts';
import { findProvider } from '../../providers/registry.ts';
import { currentTraceparent } from '../../telemetry/traceparent.ts';
import type { Deps } from '../deps.ts';
import { ApiError, answerTo, isOutage, type HttpAnswer } from '../errors.ts';
import { bodyBytesMax } from '../json-body.ts';
import { localsOf } from '../locals.ts';
import type { WebhookOutcome } from '../metrics.ts';
import { addressees, type Told } from './addressees.ts';
import type { Group } from './group.ts';
import { discardRest, readBody } from './read-body.ts';
import { findAddressed, mediaType, readEvents, refusal, verify, type Addressed } from './verify.ts';

/** One inbound event on its way into the traffic database. */
export type EventRow = Parameters<Deps['traffic']['events']['storeBatch']>[0][number];

const routes = { one: '/webhooks/:provider/:connectionId', all: '/webhooks/:provider' };
const address = /^\/webhooks\/([^/?#]+)(?:\/([^/?#]+))?\/?(?:\?|$)/;

/** An answer here is read by a program: nothing in it may be run, framed or taken for something else. */
const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
};

/** How long a sender that was refused in the middle of its body may go on before its connection is closed. */
const lingerMs = 1_000;

/**
 * Answers webhooks, and leaves every other request to `otherwise`. This is the hot path, so it stands in front of Express. The raw
 * bytes are verified, parsed, and answered only after the events are committed. Nothing is looked at
 * before the signature is checked, but for the connection's id.
 */
export function receiveWebhooks(deps: Deps, group: Group<EventRow>, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const [, provider, connectionId] = (request.method === 'POST' && address.exec(request.url ?? '')) || [];
    if (provider === undefined || !(connectionId ?? findProvider(provider)?.webhook?.accountOf)) otherwise(request, response);
    else void receive(deps, group, { provider, connectionId }, request, response);
  };
}

interface Named {
  provider: string;
  /** Absent at the one address for all of the provider's accounts. */
  connectionId: string | undefined;
}

/** Never rejects: whatever goes wrong becomes the answer. */
async function receive(
  deps: Deps,
  group: Group<EventRow>,
  named: Named,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const locals = localsOf(response);
  locals.route = named.connectionId === undefined ? routes.all : routes.one;
  let outcome: WebhookOutcome = 'stored';
  let answer: HttpAnswer;
  let provider: Provider | undefined;
  try {
    provider = findProvider(decodeURIComponent(named.provider));
    const inbound = toInbound(deps, request, await readBody(request, bodyBytesMax));
    const addressed = await findAddressed(deps, provider, named.connectionId && decodeURIComponent(named.connectionId));
    if (addressed.target) locals.ids = { connectionId: addressed.target.connection.id };
    checkHeaders(request, addressed.webhook);
    const isStored = await store(deps, group, addressed, inbound);
    if (!isStored) outcome = 'unknown_account';
    answer = replyOf(addressed.webhook);
    locals.outcome = outcome;
  } catch (error) {
    outcome = outcomeOf(error);
    answer = answerTo(error, response);
  }
  deps.metrics.webhooks.inc({ provider: provider?.key ?? 'unknown', outcome });
  await send(request, response, answer);
}

/** Providers sign the bytes that they send, so a body that was compressed on the way is not what was signed. */
function checkHeaders({ headers }: IncomingMessage, { contentTypes }: Webhook): void {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new ApiError(415, 'unsupported_media_type', 'The body’s charset or encoding is not supported.');
  if (!contentTypes.includes(mediaType(headers['content-type'])))
    throw refusal('unsupported_type', 415, `Send ${contentTypes.join(' or ')}.`);
}

/** The request as the provider signed it: its own bytes, and the public URL with path and query exactly as sent. */
function toInbound({ publicUrl }: Deps, request: IncomingMessage, body: Buffer): InboundRequest {
  // Node has joined what came twice, but for Set-Cookie, which is not a request's and which no provider reads.
  const headers = request.headers as InboundRequest['headers'];
  return { method: 'POST', url: publicUrl + request.url, headers, body };
}

/** Resolves after the commit; `false` when no connection here is told of any of it. */
async function store(deps: Deps, group: Group<EventRow>, addressed: Addressed, inbound: InboundRequest): Promise<boolean> {
  const receivedAt = new Date();
  await verify(deps, addressed, inbound, receivedAt);
  const events = readEvents(addressed.webhook, inbound);
  const traceparent = currentTraceparent();
  const told = await addressees(deps, addressed, events);
  const rows = told.flatMap(({ connection, events: own }) =>
    own.map((event) => toRow(event, connection, receivedAt, traceparent)),
  );
  if (rows.length > 0) await group.add(rows);
  for (const { connection } of told)
    deps.waker.wake({ connectionId: connection.id, companyId: connection.companyId, providerKey: connection.providerKey });
  return told.length > 0 || events.length === 0;
}

function toRow(event: InboundEvent, connection: Told['connection'], receivedAt: Date, traceparent: string | undefined): EventRow {
  return {
    traceparent,
    connectionId: connection.id,
    companyId: connection.companyId,
    providerKey: connection.providerKey,
    source: 'webhook',
    key: event.key,
    type: event.type,
    occurredAt: event.occurredAt === null ? null : new Date(event.occurredAt),
    receivedAt,
    data: event.data,
  };
}

function replyOf({ reply: { status, contentType, body } }: Webhook): HttpAnswer {
  const headers = { 'Content-Type': `${contentType}; charset=utf-8`, 'Content-Length': Buffer.byteLength(body) };
  return { status, headers, body };
}

async function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: HttpAnswer): Promise<void> {
  if (request.complete) {
    response.writeHead(status, { ...securityHeaders, ...headers }).end(body);
    return;
  }
  response.writeHead(status, { ...securityHeaders, ...headers, Connection: 'close' }).write(body);
  await discardRest(request, lingerMs);
  response.end();
}

function outcomeOf(error: unknown): WebhookOutcome {
  if (isOutage(error)) return 'unavailable';
  if (error instanceof URIError) return 'malformed';
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 404) return 'unknown_connection';
  if (error.status === 415) return 'unsupported_type';
  return error.code as WebhookOutcome;
}
