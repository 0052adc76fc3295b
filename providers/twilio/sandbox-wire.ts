/** Twilio's JSON, field by field as in its OpenAPI document: https://github.com/twilio/twilio-oai */
import { smsSize } from '../../domain/sms.ts';
import type { SandboxAnswer } from '../contract.ts';
import type { SandboxAccount, SandboxMessage } from './sandbox-state.ts';

export function json(status: number, value: unknown, headers: Record<string, string> = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json;charset=utf-8', ...headers }, body: JSON.stringify(value) };
}

/** https://www.twilio.com/docs/usage/twilios-response */
export function apiError(status: number, code: number, message: string, headers: Record<string, string> = {}): SandboxAnswer {
  return json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, headers);
}

export const unauthorized = () =>
  apiError(401, 20003, 'Authenticate', {
    'www-authenticate': 'Basic realm="Twilio API"',
    'twilio-request-id': 'RQ00000000000000000000000000000000',
  });
export const notFound = (path: string) => apiError(404, 20404, `The requested resource ${path} was not found`);

function rfc2822(time: Date | null): string | null {
  return time && time.toUTCString().replace('GMT', '+0000');
}

export function accountJson({ sid, friendlyName, status, type, authToken }: SandboxAccount) {
  const uri = `/2010-04-01/Accounts/${sid}`;
  const created = rfc2822(new Date('2024-01-15T09:00:00Z'));
  return {
    auth_token: authToken,
    date_created: created,
    date_updated: created,
    friendly_name: friendlyName,
    owner_account_sid: sid,
    sid,
    status,
    subresource_uris: {
      messages: `${uri}/Messages.json`,
      incoming_phone_numbers: `${uri}/IncomingPhoneNumbers.json`,
      usage: `${uri}/Usage.json`,
    },
    type,
    uri: `${uri}.json`,
  };
}

export function numberJson(account: SandboxAccount, { sid, phoneNumber, label, smsUrl }: SandboxAccount['numbers'][number]) {
  return {
    account_sid: account.sid,
    api_version: '2010-04-01',
    beta: false,
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    friendly_name: label,
    origin: 'twilio',
    phone_number: phoneNumber,
    sid,
    sms_method: 'POST',
    sms_url: smsUrl,
    status: 'in-use',
    uri: `/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers/${sid}.json`,
  };
}

export function serviceJson(account: SandboxAccount, { sid, label }: SandboxAccount['services'][number]) {
  return {
    account_sid: account.sid,
    friendly_name: label,
    sid,
    sticky_sender: true,
    smart_encoding: false,
    url: `https://messaging.twilio.com/v1/Services/${sid}`,
  };
}

const pricePerSegment = 0.0079;

export function messageJson(message: SandboxMessage) {
  const uri = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}`;
  const { segments } = smsSize(message.body);
  const isUnassigned = message.from === null;
  return {
    account_sid: message.accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : 'See the error code.',
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: String(isUnassigned ? 0 : segments),
    price: message.sentAt ? (-pricePerSegment * segments).toFixed(5) : null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json`, feedback: `${uri}/Feedback.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** Messages and cost of each category and day, newest day first, as the account's messages add up. */
export function usageJson(account: SandboxAccount, startDate: string | null, endDate: string | null, now: Date) {
  const counts = new Map<string, number>();
  for (const { direction, createdAt } of account.messages) {
    const day = createdAt.toISOString().slice(0, 10);
    if ((startDate && day < startDate) || (endDate && day > endDate)) continue;
    for (const category of ['sms', direction === 'inbound' ? 'sms-inbound' : 'sms-outbound']) {
      const key = `${day} ${category}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const uri = `/2010-04-01/Accounts/${account.sid}/Usage/Records/Daily.json`;
  return [...counts]
    .toSorted(([a], [b]) => b.localeCompare(a))
    .map(([key, count]) => {
      const [day = '', category = ''] = key.split(' ');
      return {
        account_sid: account.sid,
        api_version: '2010-04-01',
        as_of: now.toISOString().replace(/\.\d+Z$/, '+00:00'),
        category,
        count: String(count),
        count_unit: 'messages',
        description: category,
        end_date: day,
        price: (pricePerSegment * count).toFixed(4),
        price_unit: 'usd',
        start_date: day,
        subresource_uris: {},
        uri: `${uri}?Category=${category}&StartDate=${day}&EndDate=${day}`,
        usage: String(count),
        usage_unit: 'messages',
      };
    });
}

/**
 * One page of a list. The token names the last item of the page before, so that what is new at the top moves nothing; it is looked
 * for by `idOf`.
 */
export function pageOf<T>(items: T[], idOf: (item: T) => string, path: string, query: URLSearchParams) {
  const size = Math.min(Math.max(Number(query.get('PageSize') ?? 50) || 50, 1), 1000);
  const page = Number(query.get('Page') ?? 0);
  const token = query.get('PageToken')?.slice(2);
  const start = token === undefined ? 0 : items.findIndex((item) => idOf(item) === token) + 1;
  const shown = items.slice(start, start + size);
  const link = (index: number, after?: T) => {
    const linked = new URLSearchParams(query);
    linked.set('PageSize', String(size));
    linked.set('Page', String(index));
    if (after === undefined) linked.delete('PageToken');
    else linked.set('PageToken', `PA${idOf(after)}`);
    return `${path}?${linked.toString()}`;
  };
  const next = start + size < items.length ? link(page + 1, shown.at(-1)) : null;
  return { shown, page, size, start, first: link(0), here: link(page), next };
}

/** The envelope of the 2010 API. */
export function listJson<T>(
  key: string,
  items: T[],
  idOf: (item: T) => string,
  toJson: (item: T) => unknown,
  path: string,
  query: URLSearchParams,
): SandboxAnswer {
  const { shown, page, size, start, first, here, next } = pageOf(items, idOf, path, query);
  return json(200, {
    end: start + Math.max(shown.length - 1, 0),
    first_page_uri: first,
    [key]: shown.map(toJson),
    next_page_uri: next,
    page,
    page_size: size,
    previous_page_uri: null,
    start,
    uri: here,
  });
}
