/** Who a webhook is for, whether its signature proves it, and what it says. Each refusal is an `ApiError`. */
import {
  MalformedWebhook,
  type InboundEvent,
  type InboundRequest,
  type Provider,
  type Webhook,
} from '../../providers/contract.ts';
import type { Deps } from '../deps.ts';
import { ApiError, notFound } from '../errors.ts';
import { nestingMax, nestsTooDeep } from '../json-body.ts';
import type { WebhookOutcome } from '../metrics.ts';
import type { WebhookTarget } from './targets.ts';

/** What the address of a request leads to. */
export interface Addressed {
  providerKey: string;
  webhook: Webhook;
  /** `null` at the one address for all accounts of the provider. */
  target: WebhookTarget | null;
}

export const refusal = (outcome: WebhookOutcome, status: number, message: string) => new ApiError(status, outcome, message);

export async function findAddressed(
  { webhookTargets }: Pick<Deps, 'webhookTargets'>,
  provider: Provider | undefined,
  connectionId: string | undefined,
): Promise<Addressed> {
  if (!provider?.webhook) throw notFound('webhook address');
  const { key: providerKey, webhook } = provider;
  if (connectionId === undefined) return { providerKey, webhook, target: null };
  const target = /^conn_[0-9a-z]{26}$/.test(connectionId) ? await webhookTargets.get(connectionId) : null;
  if (target?.connection.providerKey !== providerKey) throw notFound('webhook address');
  if (target.connection.state === 'disconnected')
    throw refusal('disconnected', 410, 'This connection is disconnected: remove the webhook at the provider.');
  return { providerKey, webhook, target };
}

/** Credentials that were read before the request came may be old ones: a signature that does not fit them gets a second look. */
export async function verify(
  { webhookTargets }: Pick<Deps, 'webhookTargets'>,
  { providerKey, webhook, target }: Addressed,
  inbound: InboundRequest,
  now: Date,
): Promise<void> {
  const clientSecret = webhookTargets.clientSecret(providerKey);
  const known = target ? target.credentials : clientSecret === null ? null : { clientSecret };
  let verdict = known && webhook.verify(inbound, known, now);
  if (target && verdict?.ok !== true && target.readAtMs < now.getTime()) {
    const anew = await webhookTargets.get(target.connection.id, now.getTime());
    verdict = anew?.credentials ? webhook.verify(inbound, anew.credentials, now) : null;
  }
  if (verdict?.ok) return;
  if (verdict?.reason === 'missing') throw refusal('signature_missing', 401, 'The request is not signed.');
  if (verdict?.reason === 'expired')
    throw refusal('signature_expired', 401, 'The request was signed too long ago, or this machine’s clock is wrong.');
  const whose = target ? 'this connection’s credentials' : 'the platform’s app';
  throw refusal('signature_unknown', 401, `The signature does not fit ${whose} and public address.`);
}

export const mediaType = (header: string | undefined) => header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';

export function readEvents(webhook: Webhook, inbound: InboundRequest): InboundEvent[] {
  if (mediaType(inbound.headers['content-type']).endsWith('json') && nestsTooDeep(inbound.body))
    throw refusal('malformed', 400, `The body nests too deep: at most ${nestingMax} objects or lists inside each other.`);
  try {
    return webhook.parse(inbound);
  } catch (error) {
    if (error instanceof MalformedWebhook) throw refusal('malformed', 400, error.message);
    throw error;
  }
}
