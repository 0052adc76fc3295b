import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from 'express';
import type { Connection } from '../../db/app/stores/connections.ts';
import { MalformedWebhook, type InboundEvent, type InboundRequest, type Webhook } from '../../providers/contract.ts';
import { findProvider } from '../../providers/registry.ts';
import { localsOf } from '../auth.ts';
import type { Deps } from '../deps.ts';
import { ApiError, isOutage, notFound } from '../errors.ts';
import type { WebhookOutcome } from '../metrics.ts';
import { bodyBytesMax } from '../serve.ts';
import type { Group } from './group.ts';

/** One inbound event on its way into the traffic database. */
export type EventRow = Parameters<Deps['traffic']['events']['storeBatch']>[0][number];

/**
 * `POST /webhooks/:provider/:connectionId`. Verifies the raw bytes, parses, and answers the provider only after the events are
 * committed. Nothing is looked at before the signature is checked, but for the connection's id.
 */
export function receiveWebhooks(deps: Deps, group: Group<EventRow>): Router {
  const router = express.Router({ caseSensitive: true });
  const path = '/webhooks/:provider/:connectionId';

  const receive: RequestHandler = async (request, response) => {
    const receivedAt = new Date();
    const { connection, webhook } = await findTarget(deps, request);
    localsOf(response).ids = { connectionId: connection.id };
    if (!request.is(webhook.contentTypes)) throw refusal('unsupported_type', 415, `Send ${webhook.contentTypes.join(' or ')}.`);

    const inbound = readInbound(deps, request);
    await verify(deps, webhook, connection.id, inbound, receivedAt);
    await group.add(parse(webhook, inbound).map((event) => toRow(event, connection, receivedAt)));
    deps.waker.wake({ connectionId: connection.id, companyId: connection.companyId, providerKey: connection.providerKey });

    localsOf(response).outcome = 'stored';
    deps.metrics.webhooks.inc({ provider: connection.providerKey, outcome: 'stored' });
    response.status(webhook.reply.status).type(webhook.reply.contentType).send(webhook.reply.body);
  };

  /** Counts every refusal by what it was, then leaves the answer to the general handler. */
  const countRefusal: ErrorRequestHandler = (error, request, response, next) => {
    const outcome = outcomeOf(error);
    localsOf(response).outcome = outcome;
    const provider = findProvider(String(request.params['provider'])) ? String(request.params['provider']) : 'unknown';
    deps.metrics.webhooks.inc({ provider, outcome });
    next(error);
  };

  const nameRoute: RequestHandler = (_request, response, next) => {
    localsOf(response).route = path;
    next();
  };
  router.post(path, nameRoute, express.raw({ type: () => true, limit: bodyBytesMax, inflate: false }), receive, countRefusal);
  return router;
}

async function findTarget(deps: Deps, request: Request): Promise<{ connection: Connection; webhook: Webhook }> {
  const provider = findProvider(String(request.params['provider']));
  const id = String(request.params['connectionId']);
  const connection = provider && /^conn_[0-9a-z]{26}$/.test(id) ? await deps.stores.connections.find(id) : null;
  if (!provider?.webhook || connection?.providerKey !== provider.key) throw notFound('webhook address');
  if (connection.state === 'disconnected')
    throw refusal('disconnected', 410, 'This connection is disconnected: remove the webhook at the provider.');
  return { connection, webhook: provider.webhook };
}

/** The request as the provider signed it: its own bytes, and the public URL with path and query exactly as sent. */
function readInbound({ publicUrl }: Deps, request: Request): InboundRequest {
  return {
    method: request.method,
    url: publicUrl + request.originalUrl,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

async function verify(deps: Deps, webhook: Webhook, connectionId: string, inbound: InboundRequest, now: Date): Promise<void> {
  const kept = await deps.webhookSecrets.get(connectionId);
  let verdict = kept.values && webhook.verify(inbound, kept.values, now);
  if (verdict?.ok !== true && kept.readAtMs < now.getTime()) {
    const { values } = await deps.webhookSecrets.get(connectionId, now.getTime());
    verdict = values && webhook.verify(inbound, values, now);
  }
  if (verdict?.ok) return;
  if (verdict?.reason === 'missing') throw refusal('signature_missing', 401, 'The request is not signed.');
  throw refusal('signature_unknown', 401, 'The signature does not fit this connection’s credentials and public address.');
}

function parse(webhook: Webhook, inbound: InboundRequest): InboundEvent[] {
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

const refusal = (outcome: WebhookOutcome, status: number, message: string) => new ApiError(status, outcome, message);

function outcomeOf(error: unknown): WebhookOutcome {
  if (isOutage(error)) return 'unavailable';
  if ((error as { type?: string } | null)?.type === 'entity.too.large') return 'too_large';
  const { status, code } = (error ?? {}) as { status?: number; code?: string };
  if (status === 404) return 'unknown_connection';
  if (status === 410) return 'disconnected';
  if (status === 415) return 'unsupported_type';
  if (status === 401) return code as WebhookOutcome;
  return status !== undefined && status < 500 ? 'malformed' : 'failed';
}
