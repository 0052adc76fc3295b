/** An account in the sandbox, and webhooks signed with its token. Signed by the sandbox's own hand, not by the SDK that checks them. */
import { createHash } from 'node:crypto';
import type { InboundRequest } from '../contract.ts';
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { sign } from './sandbox-callbacks.ts';

export const accountSid = `AC${'0123456789abcdef'.repeat(2)}`;
export const authToken = 'canary-auth-token-5f1d';
export const apiKey = { sid: `SK${'a1'.repeat(16)}`, secret: 'canary-api-key-secret-77' };
export const sender = '+14155550199';
export const service = `MG${'b2'.repeat(16)}`;
export const messageSid = (digit: string) => `SM${digit.repeat(32)}`;
export const publicUrl = 'https://hooks.example.com/webhooks/twilio/conn_1';

const seeded = 60;

export async function setUpTwilio(): Promise<ProviderFixture> {
  const sandbox = await startSandbox();
  await sandbox.control('twilio', 'createAccount', {
    sid: accountSid,
    authToken,
    apiKeys: [apiKey],
    numbers: [{ phoneNumber: sender, label: 'Front desk' }],
    services: [{ sid: service, label: 'Reminders' }],
    messages: seeded,
    messageDays: 20,
    callbacks: [],
  });
  const basic = { accountSid, authToken };
  const key = { ...basic, apiKeySid: apiKey.sid, apiKeySecret: apiKey.secret };
  const status = { MessageSid: messageSid('1'), MessageStatus: 'sent', To: '+14155550100' };
  const inbound = {
    MessageSid: messageSid('2'),
    SmsStatus: 'received',
    From: '+14155550100',
    To: sender,
    Body: 'Über 50% & mehr 👍',
  };
  return {
    baseUrl: `${sandbox.url}/twilio`,
    close: sandbox.close,
    control: (verb, input) => sandbox.control('twilio', verb, input),
    credentials: {
      basic: { accepted: basic, refused: { ...basic, authToken: 'canary-wrong-token-9e' } },
      api_key: { accepted: key, refused: { ...key, apiKeySecret: 'canary-wrong-secret-31' } },
    },
    settings: {},
    // Usage has a line for all messages of a day and one for each direction.
    records: { messages: seeded, usage: await countUsage(`${sandbox.url}/twilio`) },
    webhook: {
      signatureHeader: 'x-twilio-signature',
      requests: [
        signedForm(status),
        signedForm({ ...status, MessageStatus: 'delivered' }),
        signedForm(inbound),
        signedJson({ MessageSid: messageSid('3'), MessageStatus: 'failed', ErrorCode: 30003 }),
      ],
      foreign: signedForm(status, { token: 'another-token' }),
      rewritten: rewrite(signedJson({ MessageSid: messageSid('3'), MessageStatus: 'failed' })),
    },
    message: { from: sender, to: '+14155550123', body: '', statusCallbackUrl: `${publicUrl}?delivery=dlv_1` },
  };
}

export function signedForm(
  params: Record<string, string>,
  { url = publicUrl, token = authToken, body = new URLSearchParams(params).toString() } = {},
): InboundRequest {
  return request(url, sign(token, url, params), 'application/x-www-form-urlencoded; charset=UTF-8', body);
}

/** Twilio signs the URL alone for a JSON body, and puts the body's hash into it. */
export function signedJson(value: unknown, { body = JSON.stringify(value) } = {}): InboundRequest {
  const url = `${publicUrl}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  return request(url, sign(authToken, url, {}), 'application/json', body);
}

function request(url: string, signature: string, contentType: string, body: string): InboundRequest {
  return {
    method: 'POST',
    url,
    headers: { 'x-twilio-signature': signature, 'content-type': contentType },
    body: Buffer.from(body),
  };
}

/** The same JSON, written by another hand. */
function rewrite(original: InboundRequest): InboundRequest {
  return { ...original, body: Buffer.from(JSON.stringify(JSON.parse(original.body.toString()), null, 1)) };
}

async function countUsage(baseUrl: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const answer = await fetch(`${baseUrl}/2010-04-01/Accounts/${accountSid}/Usage/Records/Daily.json?PageSize=1000`, {
    headers: { authorization },
  });
  return ((await answer.json()) as { usage_records: unknown[] }).usage_records.length;
}
