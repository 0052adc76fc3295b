/**
 * Status callbacks and inbound messages. https://www.twilio.com/docs/usage/webhooks/messaging-webhooks and, for the signature,
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import twilio from 'twilio';
import { MalformedWebhook, type InboundEvent, type InboundRequest, type Webhook } from '../contract.ts';
import { messageSidSchema, type TwilioCredentials } from './schema.ts';

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';

export const webhook: Webhook<TwilioCredentials> = {
  contentTypes: [formType, jsonType],

  /**
   * Twilio's own validator, which tries each form of the URL that Twilio may have signed. There is no timestamp: what arrives twice
   * is kept out by its key.
   */
  verify(request, { authToken }) {
    const signature = request.headers['x-twilio-signature'];
    if (!signature) return { ok: false, reason: 'missing' };
    if (!URL.canParse(request.url)) return { ok: false, reason: 'mismatch' };
    const isSigned = isJson(request)
      ? hasSignedHash(request) && twilio.validateRequest(authToken, signature, request.url, {})
      : twilio.validateRequest(authToken, signature, request.url, readLeniently(request.body));
    return isSigned ? { ok: true } : { ok: false, reason: 'mismatch' };
  },

  parse(request) {
    const params = isJson(request) ? readJson(request.body) : readStrictly(request.body);
    const sid = messageSidSchema.safeParse(params['MessageSid'] ?? params['SmsSid']);
    if (!sid.success) throw new MalformedWebhook('MessageSid is missing or not the id of a message.');
    const status = params['MessageStatus'] ?? params['SmsStatus'] ?? 'received';
    if (typeof status !== 'string' || !/^[a-z_]{1,32}$/.test(status))
      throw new MalformedWebhook('MessageStatus is not a status.');

    // Our own delivery's id comes back in the callback's URL, which is signed; a parameter of that name is not ours.
    const delivery = new URL(request.url).searchParams.get('delivery');
    const isInbound = status === 'received' || status === 'receiving';
    const event: InboundEvent = {
      key: isInbound ? sid.data : `${sid.data}:${status}`,
      type: isInbound ? 'message_received' : 'message_status',
      occurredAt: null,
      data: { ...params, delivery },
    };
    return [event];
  },

  /** TwiML that answers the sender with nothing. https://www.twilio.com/docs/messaging/twiml */
  reply: { status: 200, contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>' },
};

function isJson({ headers }: InboundRequest): boolean {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === jsonType;
}

/** The signature of a JSON request covers the URL alone, which holds the hash of the body: of its bytes, not of what they mean. */
function hasSignedHash({ url, body }: InboundRequest): boolean {
  const hash = Buffer.from(new URL(url).searchParams.get('bodySHA256') ?? '');
  const expected = Buffer.from(createHash('sha256').update(body).digest('hex'));
  return hash.length === expected.length && timingSafeEqual(hash, expected);
}

type Params = Record<string, unknown>;

/** A form is read to check its signature, and again to parse it. */
const forms = new WeakMap<Buffer, Params>();

/** As Twilio's helpers read a form. What is not valid in it counts as it stands, so that only what Twilio signed passes. */
function readLeniently(body: Buffer): Params {
  const read = forms.get(body);
  if (read) return read;
  const params: Record<string, string | string[]> = Object.create(null);
  forms.set(body, params);
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const earlier = params[name];
    // The values of a repeated name are signed each once and in order; the validator sees to that when it is given them all.
    if (Array.isArray(earlier)) earlier.push(value);
    else params[name] = earlier === undefined ? value : [earlier, value];
  }
  return params;
}

function readStrictly(body: Buffer): Params {
  const text = decode(body);
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new MalformedWebhook('The form has a percent sign that encodes nothing.');
  try {
    decodeURIComponent(text);
  } catch {
    throw new MalformedWebhook('The form encodes bytes that are not UTF-8.');
  }
  return { ...readLeniently(body) };
}

function readJson(body: Buffer): Params {
  let value: unknown;
  try {
    value = JSON.parse(decode(body));
  } catch (error) {
    if (error instanceof MalformedWebhook) throw error;
    throw new MalformedWebhook('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedWebhook('The body is not a JSON object.');
  return value as Params;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new MalformedWebhook('The body is not UTF-8.');
  }
}
