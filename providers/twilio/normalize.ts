import type { MessageFields, NormalizedEvent } from '../../domain/records.ts';
import { optIntent } from '../../domain/sms.ts';
import type { InboundEvent } from '../contract.ts';
import { explainCode, optedOutCodes } from './errors.ts';
import { toMessageStatus } from './statuses.ts';

/** What a stored webhook means. Twilio's webhooks carry no time of their own, so the caller's time of receipt stands. */
export function normalize({ type, occurredAt: at, data }: Omit<InboundEvent, 'key'>): NormalizedEvent[] {
  const text = (name: string) => textOf(data, name);
  const externalId = text('MessageSid') ?? text('SmsSid');
  if (!externalId) return [];
  const occurredAt = at ?? new Date().toISOString();

  if (type === 'message_status') {
    const status = toMessageStatus(text('MessageStatus') ?? text('SmsStatus'));
    if (!status) return [];
    const errorCode = text('ErrorCode');
    const sentence = errorCode && explainCode(errorCode);
    const told: NormalizedEvent[] = [
      { kind: 'message_status', externalId, occurredAt, status, errorCode, sentence, deliveryId: text('delivery') },
    ];
    // A messaging service takes a message before it picks the sender, so that an opt-out may be told only now.
    const to = text('To');
    if (errorCode && to && optedOutCodes.includes(errorCode))
      told.push({ kind: 'opt_out', externalId, occurredAt, address: to, source: `provider:${errorCode}` });
    return told;
  }
  if (type !== 'message_received') return [];

  const address = text('From');
  const fields: MessageFields = {
    direction: 'inbound',
    fromAddress: address,
    toAddress: text('To'),
    body: text('Body'),
    status: 'received',
    segments: Number(text('NumSegments')) || null,
    errorCode: null,
    price: null,
    currency: null,
    sentAt: occurredAt,
  };
  const intent = optOutIntent(text('OptOutType'), fields.body ?? '');
  const received: NormalizedEvent = { kind: 'message_received', externalId, occurredAt, fields };
  return intent && address ? [received, { kind: intent, externalId, occurredAt, address, source: 'keyword' }] : [received];
}

function textOf(data: Record<string, unknown>, name: string): string | null {
  const value = data[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : typeof first === 'number' ? String(first) : null;
}

/**
 * Both webhooks name a message's ids and addresses as its resource does, in another case.
 * https://www.twilio.com/docs/messaging/guides/webhook-request, https://www.twilio.com/docs/messaging/api/message-resource
 */
const recordNames: Record<string, string> = {
  MessageSid: 'sid',
  AccountSid: 'account_sid',
  MessagingServiceSid: 'messaging_service_sid',
  From: 'from',
  To: 'to',
};

export function asRecord({ data }: Pick<InboundEvent, 'data'>): Record<string, string> {
  const told = Object.entries(recordNames).flatMap(([name, field]) => {
    const value = textOf(data, name);
    return value === null ? [] : [[field, value] as const];
  });
  return Object.fromEntries(told);
}

/**
 * With Advanced Opt-Out the company sets its own keywords, and Twilio says what a message was; without it the default keywords
 * count. https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
function optOutIntent(optOutType: string | null, body: string): 'opt_out' | 'opt_in' | null {
  if (optOutType === null) return optIntent(body);
  return optOutType === 'STOP' ? 'opt_out' : optOutType === 'START' ? 'opt_in' : null;
}
