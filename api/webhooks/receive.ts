import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Connection } from '../../db/app/stores/connections.ts';
import {
  MalformedWebhook,
  type InboundEvent,
  type InboundRequest,
  type Provider,
  type Webhook,
} from '../../providers/contract.ts';
import { findProvider } from '../../providers/registry.ts';
import type { Deps } from '../deps.ts';
import { ApiError, answerTo, isOutage, notFound, type HttpAnswer } from '../errors.ts';
import { bodyBytesMax, nestingMax, nestsTooDeep } from '../json-body.ts';
import { localsOf } from '../locals.ts';
import type { WebhookOutcome } from '../metrics.ts';
import type { Group } from './group.ts';
import { discardRest, readBody } from './read-body.ts';
import type { WebhookTarget } from './targets.ts';

/** One inbound event on its way into the traffic database. */
export type EventRow = Parameters<Deps['traffic']['events']['storeBatch']>[0][number];

const route = '/webhooks/:provider/:connectionId';
const address = /^\/webhooks\/([^/?#]+)\/([^/?#]+)\/?(?:\?|$)/;

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
    if (provider === undefined || connectionId === undefined) otherwise(request, response);
    else void receive(deps, group, { provider, connectionId }, request, response);
  };
}

interface Named {
  provider: string;
  connectionId: string;
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
  locals.route = route;
  let outcome: WebhookOutcome = 'stored';
  let answer: HttpAnswer;
  let provider: Provider | undefined;
  try {
    provider = findProvider(decodeURIComponent(named.provider));
    const body = await readBody(request, bodyBytesMax);
    const { target, webhook } = await findTarget(deps, provider, decodeURIComponent(named.connectionId));
    locals.ids = { connectionId: target.connection.id };
    checkHeaders(request, webhook);
    await store(deps, group, webhook, target, toInbound(deps, request, body));
    answer = replyOf(webhook);
    locals.outcome = outcome;
  } catch (error) {
    outcome = outcomeOf(error);
    answer = answerTo(error, response);
  }
  deps.metrics.webhooks.inc({ provider: provider?.key ?? 'unknown', outcome });
  await send(request, response, answer);
}

async function findTarget(
  deps: Deps,
  provider: Provider | undefined,
  id: string,
): Promise<{ target: WebhookTarget; webhook: Webhook }> {
  const target = provider && /^conn_[0-9a-z]{26}$/.test(id) ? await deps.webhookTargets.get(id) : null;
  if (!provider?.webhook || target?.connection.providerKey !== provider.key) throw notFound('webhook address');
  if (target.connection.state === 'disconnected')
    throw refusal('disconnected', 410, 'This connection is disconnected: remove the webhook at the provider.');
  return { target, webhook: provider.webhook };
}

/** Providers sign the bytes that they send, so a body that was compressed on the way is not what was signed. */
function checkHeaders({ headers }: IncomingMessage, { contentTypes }: Webhook): void {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new ApiError(415, 'unsupported_media_type', 'The body’s charset or encoding is not supported.');
  if (!contentTypes.includes(mediaType(headers['content-type'])))
    throw refusal('unsupported_type', 415, `Send ${contentTypes.join(' or ')}.`);
}

const mediaType = (header: string | undefined) => header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The request as the provider signed it: its own bytes, and the public URL with path and query exactly as sent. */
function toInbound({ publicUrl }: Deps, request: IncomingMessage, body: Buffer): InboundRequest {
  // Node has joined what came twice, but for Set-Cookie, which is not a request's and which no provider reads.
  const headers = request.headers as InboundRequest['headers'];
  return { method: 'POST', url: publicUrl + request.url, headers, body };
}

/** Resolves after the commit. */
async function store(
  deps: Deps,
  group: Group<EventRow>,
  webhook: Webhook,
  target: WebhookTarget,
  inbound: InboundRequest,
): Promise<void> {
  const receivedAt = new Date();
  await verify(deps, webhook, target, inbound, receivedAt);
  const { id: connectionId, companyId, providerKey } = target.connection;
  await group.add(parse(webhook, inbound).map((event) => toRow(event, target.connection, receivedAt)));
  deps.waker.wake({ connectionId, companyId, providerKey });
}

/** Credentials that were read before the request came may be old ones: a signature that does not fit them gets a second look. */
async function verify(deps: Deps, webhook: Webhook, target: WebhookTarget, inbound: InboundRequest, now: Date): Promise<void> {
  let verdict = target.credentials && webhook.verify(inbound, target.credentials, now);
  if (verdict?.ok !== true && target.readAtMs < now.getTime()) {
    const anew = await deps.webhookTargets.get(target.connection.id, now.getTime());
    verdict = anew?.credentials ? webhook.verify(inbound, anew.credentials, now) : null;
  }
  if (verdict?.ok) return;
  if (verdict?.reason === 'missing') throw refusal('signature_missing', 401, 'The request is not signed.');
  throw refusal('signature_unknown', 401, 'The signature does not fit this connection’s credentials and public address.');
}

function parse(webhook: Webhook, inbound: InboundRequest): InboundEvent[] {
  if (mediaType(inbound.headers['content-type']).endsWith('json') && nestsTooDeep(inbound.body))
    throw refusal('malformed', 400, `The body nests too deep: at most ${nestingMax} objects or lists inside each other.`);
  try {
    return webhook.parse(inbound);
  } catch (error) {
    if (error instanceof MalformedWebhook) throw refusal('malformed', 400, error.message);
    throw error;
  }
}

function toRow(event: InboundEvent, connection: Connection, receivedAt: Date): EventRow {
  return {
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

const refusal = (outcome: WebhookOutcome, status: number, message: string) => new ApiError(status, outcome, message);

function outcomeOf(error: unknown): WebhookOutcome {
  if (isOutage(error)) return 'unavailable';
  if (error instanceof URIError) return 'malformed';
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 404) return 'unknown_connection';
  if (error.status === 415) return 'unsupported_type';
  return error.code as WebhookOutcome;
}
