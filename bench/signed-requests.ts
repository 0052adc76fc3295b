/** Webhooks as Twilio sends them: form bodies with ids of their own, signed for the public URL. */
import { randomBytes } from 'node:crypto';
import { signForm } from '../test/api/twilio-signature.ts';

export interface SignedRequest {
  body: string;
  signature: string;
}

/** `count` different inbound messages. Made before the clock starts, so that the generator's own work is small. */
export function signedRequests({ authToken, url, count }: { authToken: string; url: string; count: number }): SignedRequest[] {
  const run = randomBytes(8).toString('hex');
  return Array.from({ length: count }, (_, place) => {
    const sid = `SM${run}${String(place).padStart(16, '0')}`;
    const form = inbound(sid, place);
    return { body: new URLSearchParams(form).toString(), signature: signForm(authToken, url, form) };
  });
}

/** https://www.twilio.com/docs/messaging/guides/webhook-request */
function inbound(sid: string, place: number): Record<string, string> {
  return {
    AccountSid: `AC${'0'.repeat(32)}`,
    ApiVersion: '2010-04-01',
    Body: `Yes, ${place} o'clock is fine. See you then!`,
    From: `+1415556${String(place % 10_000).padStart(4, '0')}`,
    FromCity: 'SAN FRANCISCO',
    FromCountry: 'US',
    FromState: 'CA',
    FromZip: '94105',
    MessageSid: sid,
    NumMedia: '0',
    NumSegments: '1',
    SmsMessageSid: sid,
    SmsSid: sid,
    SmsStatus: 'received',
    To: '+14155550100',
    ToCountry: 'US',
  };
}

export const formHeaders = (signature: string) => ({
  'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
  'user-agent': 'TwilioProxy/1.1',
  'x-twilio-signature': signature,
});
