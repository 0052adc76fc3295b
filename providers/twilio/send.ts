import { z } from 'zod';
import type { OutgoingMessage, SendMessage, SentMessage } from '../contract.ts';
import { createClient, getDated, unreadable, type TwilioContext } from './client.ts';
import { messageSidSchema } from './schema.ts';
import { toMessageStatus } from './statuses.ts';

const messageSchema = z.object({
  sid: z.string(),
  status: z.string(),
  direction: z.string(),
  body: z.string().nullable(),
  num_segments: z.string().nullable(),
  error_code: z.number().nullable(),
  date_created: z.string().nullable(),
  messaging_service_sid: z.string().nullish(),
});
type TwilioMessage = z.infer<typeof messageSchema>;
const pageSchema = z.object({ messages: z.array(messageSchema), next_page_uri: z.string().nullish() });

/** Twilio counts whole seconds, and answers a while after the time was measured. Too little and a message would go out twice. */
const marginMs = 60_000;
/** 20,000 messages of one sender to one recipient. */
const searchPagesMax = 20;

export const sendMessage: SendMessage<TwilioContext> = {
  idempotency: 'none',

  /** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
  async send(context, { from, to, body, statusCallbackUrl }) {
    const message = await createClient(context).messages.create({
      to,
      body,
      ...(isService(from) ? { messagingServiceSid: from } : { from }),
      ...(statusCallbackUrl !== null && { statusCallback: statusCallbackUrl }),
    });
    return toSent(message.sid, message.status, message.numSegments, message.errorCode);
  },

  /**
   * Looks by recipient and sender and compares the text. Not by date: `DateSent` filters and sorts by a day that a queued or scheduled
   * message does not have yet, and the message that is looked for may be just that; so every page is read. A messaging service picks its number later, so its
   * messages are looked for by recipient and told apart by the service.
   */
  async find(context, message, elapsedMs) {
    const client = createClient(context);
    const found: (SentMessage & { createdAt: string })[] = [];
    let earliestMs: number | undefined;
    let uri: string | null | undefined = `/2010-04-01/Accounts/${context.credentials.accountSid}/Messages.json`;
    let params: Record<string, string | number> = {
      To: message.to,
      ...(!isService(message.from) && { From: message.from }),
      PageSize: 1000,
    };
    for (let page = 0; uri; page += 1) {
      // Giving up would read as "it never went out".
      if (page === searchPagesMax) throw new Error(`More than ${searchPagesMax} pages of messages to one recipient.`);
      const answer: { document: z.infer<typeof pageSchema>; atMs: number | null } = await getDated(
        client,
        uri,
        pageSchema,
        params,
      );
      // So would reckoning with a clock of ours, which may be off by more than the margin.
      if (answer.atMs === null) throw unreadable();
      earliestMs ??= answer.atMs - elapsedMs - marginMs;
      for (const candidate of answer.document.messages) {
        const createdMs = Date.parse(candidate.date_created ?? '');
        if (createdMs >= earliestMs && isAlike(candidate, message))
          found.push({ ...fromWire(candidate), createdAt: new Date(createdMs).toISOString() });
      }
      uri = answer.document.next_page_uri;
      params = {};
    }
    return found.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  },

  /** https://www.twilio.com/docs/messaging/api/message-resource#fetch-a-message-resource */
  async fetch(context, externalId) {
    const message = await createClient(context).messages(messageSidSchema.parse(externalId)).fetch();
    return toSent(message.sid, message.status, message.numSegments, message.errorCode);
  },

  /** One segment per second for a US long code, the slowest of senders. https://www.twilio.com/docs/api/errors/30001 */
  ratePerSenderPerS: 1,
};

function isService(from: string): boolean {
  return /^MG[0-9a-fA-F]{32}$/.test(from);
}

/** What Twilio puts before every text of a trial account. https://www.twilio.com/docs/usage/trials */
export const trialPrefix = 'Sent from your Twilio trial account - ';

function isAlike(candidate: TwilioMessage, { from, body }: Pick<OutgoingMessage, 'from' | 'body'>): boolean {
  if (!candidate.direction.startsWith('outbound')) return false;
  if (isService(from) && candidate.messaging_service_sid !== from) return false;
  return candidate.body === body || candidate.body === trialPrefix + body;
}

function fromWire({ sid, status, num_segments, error_code }: TwilioMessage): SentMessage {
  return toSent(sid, status, num_segments, error_code);
}

/** `num_segments` is 0 until a messaging service has picked its sender: not known yet. */
function toSent(externalId: string, twilioStatus: string, numSegments: string | null, errorCode: number | null): SentMessage {
  const status = toMessageStatus(twilioStatus);
  if (!status) throw unreadable();
  return { externalId, status, segments: Number(numSegments) || null, errorCode: errorCode === null ? null : String(errorCode) };
}
