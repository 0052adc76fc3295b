/** Creating and listing messages as Twilio does. */
import type { SandboxAnswer } from '../contract.ts';
import { trialPrefix } from './send.ts';
import { apiError, json, listJson, messageJson } from './sandbox-wire.ts';
import { randomSid, type SandboxAccount, type SandboxMessage } from './sandbox-state.ts';

type Refusal = [code: number, message: string];

/** Twilio's own test numbers and what each answers. https://www.twilio.com/docs/iam/test-credentials#test-sms-messages */
const magicRecipients: Record<string, Refusal> = {
  '+15005550001': [21211, "Invalid 'To' Phone Number"],
  '+15005550002': [21612, "The 'To' phone number is not currently reachable using the 'From' phone number via SMS"],
  '+15005550003': [21408, 'Permission to send an SMS has not been enabled for the region indicated by the To number'],
  '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, "'To' number is not a valid mobile number"],
};
const magicSenders: Record<string, Refusal> = {
  '+15005550001': [21212, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID"],
  '+15005550007': [
    21606,
    "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination",
  ],
  '+15005550008': [21611, "This 'From' number has exceeded the maximum number of queued messages"],
};
/** Ours: Twilio has no test number for a trial account's unverified recipients. */
const unverifiedRecipient = '+15005550010';

const bodyCharactersMax = 1600;

/** What is wrong with a new message, in Twilio's words; `undefined` when it can be sent. */
function refusalFor(account: SandboxAccount, form: URLSearchParams): Refusal | undefined {
  const [to, from, service, body] = ['To', 'From', 'MessagingServiceSid', 'Body'].map((name) => form.get(name) ?? '') as [
    string,
    string,
    string,
    string,
  ];
  if (to === '') return [21604, "A 'To' phone number is required."];
  if (from === '' && service === '') return [21603, "A 'From' or 'MessagingServiceSid' parameter is required to send a message"];
  if (body === '') return [21602, 'Message body is required.'];
  if (body.length > bodyCharactersMax) return [21617, 'The concatenated message body exceeds the 1600 character limit.'];
  if (Object.hasOwn(magicRecipients, to)) return magicRecipients[to];
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return [21211, `The 'To' number ${to} is not a valid phone number.`];
  if (service !== '' && !account.services.some(({ sid }) => sid === service))
    return [21705, 'The Messaging Service Sid is invalid'];
  if (from !== '') {
    if (Object.hasOwn(magicSenders, from)) return magicSenders[from];
    if (!account.numbers.some(({ phoneNumber }) => phoneNumber === from) && from !== '+15005550006')
      return [21606, `The 'From' phone number ${from} is not a valid, SMS-capable inbound phone number for your account.`];
  }
  if (account.optedOut.has(`${from || service} ${to}`)) return [21610, 'Attempt to send to unsubscribed recipient'];
  if (to === unverifiedRecipient && account.type === 'Trial')
    return [21608, `The number ${to} is unverified. Trial accounts cannot send messages to unverified numbers.`];
  return undefined;
}

export function createMessage(
  account: SandboxAccount,
  form: URLSearchParams,
  now: Date,
): { answer: SandboxAnswer; message?: SandboxMessage } {
  const refusal = refusalFor(account, form);
  if (refusal) return { answer: apiError(400, ...refusal) };
  const service = form.get('MessagingServiceSid');
  const message: SandboxMessage = {
    sid: randomSid('SM'),
    accountSid: account.sid,
    direction: 'outbound-api',
    from: form.get('From'),
    to: form.get('To')!,
    body: (account.type === 'Trial' ? trialPrefix : '') + form.get('Body')!,
    status: service ? 'accepted' : 'queued',
    errorCode: null,
    messagingServiceSid: service,
    statusCallback: form.get('StatusCallback'),
    isSeeded: false,
    createdAt: now,
    sentAt: null,
    updatedAt: now,
  };
  account.messages.push(message);
  return { answer: json(201, messageJson(message)), message };
}

/** Newest first by sending; what is not sent yet stands at the top, and has no day for a filter to find. */
export function listMessages(account: SandboxAccount, path: string, query: URLSearchParams): SandboxAnswer {
  const [to, from, on, before, after] = ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>'].map((name) => query.get(name));
  const found = account.messages.filter((message) => {
    if ((to && message.to !== to) || (from && message.from !== from)) return false;
    if (!on && !before && !after) return true;
    const day = message.sentAt?.toISOString().slice(0, 10);
    if (on && day !== on) return false;
    if (before && !(day && day <= before)) return false;
    return !(after && !(day && day >= after));
  });
  const order = ({ sentAt, createdAt }: SandboxMessage) => (sentAt ?? createdAt).getTime() + (sentAt ? 0 : 1e15);
  const sorted = found.toSorted((a, b) => order(b) - order(a) || a.sid.localeCompare(b.sid));
  return listJson('messages', sorted, ({ sid }) => sid, messageJson, path, query);
}
