/** Webhooks of version 2. https://pipedrive.readme.io/docs/guide-for-webhooks-v2 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { MalformedWebhook, type Webhook } from '../contract.ts';
import type { PipedriveCredentials } from './schema.ts';

const id = z.union([z.int().nonnegative().transform(String), z.string().regex(/^[\w-]{1,64}$/)]);
const metaSchema = z.looseObject({
  id,
  action: z.string().regex(/^[a-z_]{1,32}$/),
  entity: z.string().regex(/^[a-z_]{1,32}$/),
  entity_id: id,
  timestamp: z.unknown(),
});

export const webhook: Webhook<PipedriveCredentials> = {
  contentTypes: ['application/json'],

  /**
   * Pipedrive signs nothing: it shows the user and the password that were given when the webhook was made. They cover neither body nor
   * time, so what is sent again is kept out by its key alone, and HTTPS is what keeps them secret.
   */
  verify({ headers }, { webhookUser, webhookPassword }) {
    const header = headers['authorization'];
    if (!header) return { ok: false, reason: 'missing' };
    if (!webhookUser || !webhookPassword) return { ok: false, reason: 'mismatch' };
    const [, shown = ''] = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(header) ?? [];
    const isKnown = timingSafeEqual(
      digest(Buffer.from(shown, 'base64')),
      digest(Buffer.from(`${webhookUser}:${webhookPassword}`)),
    );
    return isKnown ? { ok: true } : { ok: false, reason: 'mismatch' };
  },

  /**
   * `meta.id` is the id of the event that caused the webhook, and `meta.attempt` counts the deliveries of it: a retry, or a second
   * webhook for the same event, has the same key. Record and action stand in it too, because a merge is one event with two of them.
   */
  parse({ body }) {
    const document = readObject(body);
    if (isVersion1(document))
      throw new MalformedWebhook('This is a webhook of version 1: delete it at Pipedrive and make it anew with version 2.0.');
    const meta = metaSchema.safeParse(document['meta']);
    if (!meta.success)
      throw new MalformedWebhook('meta lacks id, action, entity or entity_id, or they are not what they should be.');
    const { data: told } = meta;
    const type = `${told.action}.${told.entity}`;
    return [
      {
        key: `${told.id}:${type}.${told.entity_id}`,
        type,
        occurredAt: toIso(told.timestamp),
        data: { meta: told, data: document['data'] ?? null, previous: document['previous'] ?? null },
      },
    ];
  },

  /**
   * Ids count from 1 in every company: a webhook of another company that was given the same address and login would end the records
   * that have the same ids here.
   */
  accountOf: ({ data }) => String((data['meta'] as { company_id?: unknown }).company_id),

  /** Any 2xx counts as received; anything else is sent three times more, and ten failures shut the webhook out for half an hour. */
  reply: { status: 200, contentType: 'application/json', body: '{}' },
};

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** `event` is its own, as `updated.deal`. https://pipedrive.readme.io/docs/guide-for-webhooks */
function isVersion1(document: Record<string, unknown>): boolean {
  return document['v'] === 1 || (typeof document['event'] === 'string' && 'current' in document);
}

/** ISO 8601, or the seconds that the page's table speaks of. */
function toIso(timestamp: unknown): string | null {
  const ms =
    typeof timestamp === 'number' || /^\d{10}$/.test(String(timestamp))
      ? Number(timestamp) * 1_000
      : Date.parse(String(timestamp));
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

function readObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new MalformedWebhook('The body is not JSON in UTF-8.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedWebhook('The body is not a JSON object.');
  return value as Record<string, unknown>;
}
