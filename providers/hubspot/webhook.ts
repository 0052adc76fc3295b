/**
 * Lists of events, which HubSpot sends to one address for all accounts of an app.
 * https://developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide and, for the signature,
 * https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { MalformedWebhook, type InboundEvent, type InboundRequest, type Webhook } from '../contract.ts';
import type { HubspotCredentials } from './schema.ts';

/** Older requests are refused, and those from as far ahead. */
const maxAgeMs = 300_000;
const eventsMax = 100;
/** The last millisecond that a database can hold. */
const timeMaxMs = Date.parse('9999-12-31T23:59:59.999Z');

const id = z.union([z.int().nonnegative(), z.string().regex(/^[\w-]{1,30}$/)]);
/** What makes an event known again; the rest is kept as it came. */
const eventSchema = z.looseObject({
  eventId: id,
  subscriptionId: id,
  portalId: id,
  occurredAt: z.int().nonnegative(),
  subscriptionType: z.string().regex(/^[\w.-]{1,64}$/),
  objectId: id.nullish(),
});

export const webhook: Webhook<HubspotCredentials> = {
  contentTypes: ['application/json'],

  /** Version 3 alone: HubSpot sends older signatures beside it, but they cover neither address nor time. */
  verify(request, { clientSecret }, now) {
    const signature = request.headers['x-hubspot-signature-v3'];
    const timestamp = request.headers['x-hubspot-request-timestamp'];
    if (!signature || !timestamp) return { ok: false, reason: 'missing' };
    if (!clientSecret || !/^\d{1,16}$/.test(timestamp) || !isSigned(request, { signature, timestamp, clientSecret }))
      return { ok: false, reason: 'mismatch' };
    return Math.abs(now.getTime() - Number(timestamp)) <= maxAgeMs ? { ok: true } : { ok: false, reason: 'expired' };
  },

  parse({ body }) {
    const events = z.array(eventSchema).safeParse(readJson(body));
    if (!events.success) throw new MalformedWebhook('The body is not a list of HubSpot’s events.');
    if (events.data.length > eventsMax) throw new MalformedWebhook(`The list has more than ${eventsMax} events.`);
    return events.data.map(toEvent);
  },

  accountOf: ({ data }) => String(data['portalId']),

  /** Anything in the 2xx range. */
  reply: { status: 200, contentType: 'application/json', body: '{}' },
};

/** HubSpot says that `eventId` is not unique, so what it happened to stands beside it. */
function toEvent(event: z.infer<typeof eventSchema>): InboundEvent {
  const { portalId, subscriptionId, eventId, occurredAt, objectId = '', subscriptionType } = event;
  return {
    key: [portalId, subscriptionId, eventId, occurredAt, objectId].join(':'),
    type: subscriptionType,
    occurredAt: occurredAt <= timeMaxMs ? new Date(occurredAt).toISOString() : null,
    data: event,
  };
}

function isSigned(
  { method, url, body }: InboundRequest,
  { signature, timestamp, clientSecret }: { signature: string; timestamp: string; clientSecret: string },
): boolean {
  const hmac = createHmac('sha256', clientSecret).update(method + decodeSigned(url));
  const expected = Buffer.from(hmac.update(body).update(timestamp).digest('base64'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Of what an address encodes, these characters alone are signed as they are. */
const decoded = ":/?@!$'()*,;";
const encoded = new RegExp(
  decoded
    .split('')
    .map((character) => `%${character.charCodeAt(0).toString(16)}`)
    .join('|'),
  'gi',
);

function decodeSigned(url: string): string {
  return url.replace(encoded, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new MalformedWebhook('The body is not JSON in UTF-8.');
  }
}
