/** What Twilio sends us: signed forms. Written from Twilio's page and not with its SDK, so that the two check each other. */
import { createHmac } from 'node:crypto';
import { smsSize } from '../../domain/sms.ts';
import type { PlannedStatus, SandboxAccount, SandboxMessage } from './sandbox-state.ts';

/** https://www.twilio.com/docs/usage/webhooks/webhooks-security: the URL, then every name and value in order of the names. */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  const text = Object.keys(params)
    .toSorted()
    .reduce((soFar, name) => soFar + name + params[name], url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

export interface Posted {
  url: string;
  params: Record<string, string>;
  /** `null` when nobody answered. */
  status: number | null;
}

/** Twilio waits this long for an answer. https://www.twilio.com/docs/api/errors/11200 */
const answerWithinMs = 15_000;

export async function post(
  account: SandboxAccount,
  url: string,
  params: Record<string, string>,
  signal: AbortSignal,
): Promise<Posted> {
  const { pathname, search, origin } = new URL(url);
  try {
    const answer = await fetch((account.deliverTo ?? origin) + pathname + search, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'user-agent': 'TwilioProxy/1.1',
        'x-twilio-signature': sign(account.authToken, url, params),
      },
      body: new URLSearchParams(params),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.arrayBuffer();
    return { url, params, status: answer.status };
  } catch {
    return { url, params, status: null };
  }
}

/** https://www.twilio.com/docs/messaging/guides/track-outbound-message-status */
export function statusParams(
  message: SandboxMessage,
  { status, errorCode }: Pick<PlannedStatus, 'status' | 'errorCode'>,
): Record<string, string> {
  return {
    AccountSid: message.accountSid,
    ApiVersion: '2010-04-01',
    ...(errorCode !== undefined && { ErrorCode: String(errorCode) }),
    ...(message.from && { From: message.from }),
    ...(message.messagingServiceSid && { MessagingServiceSid: message.messagingServiceSid }),
    MessageSid: message.sid,
    MessageStatus: status,
    SmsSid: message.sid,
    SmsStatus: status,
    To: message.to,
  };
}

/** https://www.twilio.com/docs/messaging/guides/webhook-request */
export function inboundParams(message: SandboxMessage, optOutType: string | undefined): Record<string, string> {
  return {
    AccountSid: message.accountSid,
    ApiVersion: '2010-04-01',
    Body: message.body,
    From: message.from ?? '',
    FromCountry: 'US',
    MessageSid: message.sid,
    NumMedia: '0',
    NumSegments: String(smsSize(message.body).segments),
    ...(optOutType && { OptOutType: optOutType }),
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    To: message.to,
    ToCountry: 'US',
  };
}
