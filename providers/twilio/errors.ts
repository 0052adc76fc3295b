/**
 * Twilio's errors by consequence. An API error is `{ code, message, more_info, status }`
 * (https://www.twilio.com/docs/usage/twilios-response); its message is never passed on, because it quotes phone numbers.
 */
import type { Failure, FailureCode } from '../../domain/failure.ts';
import { catalogueOf, withoutAnswer, type Entry } from '../classify.ts';

/** A whole answer that says no. Made by our request client, because the SDK's own error loses the headers. */
export class TwilioApiError extends Error {
  override name = 'TwilioApiError';
  readonly status: number;
  readonly code: string | null;
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string | null, retryAfterMs?: number) {
    super(`Twilio answered ${status}${code ? ` with error ${code}` : ''}.`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For a person who waits for an answer, and for one who reads of a run. */
const waitOrLook = 'Try again in a few minutes or wait for the next run; https://status.twilio.com tells of outages.';

/** Each code's page is https://www.twilio.com/docs/api/errors/<code>. */
const entries: Record<string, Entry> = {
  // The account and its credentials.
  '20003': [
    'credentials_rejected',
    'Twilio rejected the credentials: enter the current Account SID with its auth token or API key.',
  ],
  '20005': [
    'permission_missing',
    'The Twilio account is not active: reactivate it in the Twilio Console or with Twilio Support.',
  ],
  '20008': ['configuration_invalid', 'These are Twilio test credentials, which cannot do this: enter the live credentials.'],
  '70051': [
    'permission_missing',
    'Twilio did not authorise this: check that the account and the API key are active and that the key has this permission.',
  ],
  '30002': [
    'permission_missing',
    'The Twilio account was suspended before the message went out: settle it in the Twilio Console, then send again.',
  ],

  // The request.
  '20404': ['record_rejected', 'Twilio does not know this record: it was deleted, or it belongs to another account.'],
  '21602': ['record_rejected', 'The message has no text: write one and send it again.'],
  '21617': ['record_rejected', 'The text is longer than 1,600 characters: shorten it and send it again.'],
  '21609': [
    'configuration_invalid',
    'Twilio cannot use the status callback address: set the public URL to one that the internet can reach.',
  ],

  // The sender.
  '21212': ['configuration_invalid', 'The sender is not a valid number or name: choose a number of this Twilio account.'],
  '21603': [
    'configuration_invalid',
    'The message names no sender: choose a number or a messaging service of this Twilio account.',
  ],
  '21606': [
    'configuration_invalid',
    'The sender is not a number of this account that can text this destination: choose another one.',
  ],
  '21703': [
    'configuration_invalid',
    'The messaging service has no number that can reach this recipient: add a fitting sender to it.',
  ],
  '21704': ['configuration_invalid', 'The messaging service has no sender: add a number to it in the Twilio Console.'],
  '21705': ['configuration_invalid', 'The messaging service does not exist: choose another sender.'],
  '30024': [
    'configuration_invalid',
    'The carrier has not set up this sender yet: wait until its registration is through, or use another sender.',
  ],
  '30032': ['configuration_invalid', 'The toll-free sender is not verified: finish its verification in the Twilio Console.'],
  '30034': [
    'configuration_invalid',
    'The sender is not registered for US business messaging (A2P 10DLC): register it to a campaign, or use another sender.',
  ],

  // The recipient.
  '21211': ['record_rejected', 'The recipient’s number is not valid: correct it, with its country code.'],
  '21408': ['permission_missing', 'This Twilio account may not text that country: allow it under Messaging Geo Permissions.'],
  '21608': [
    'permission_missing',
    'A Twilio trial account may text verified numbers only: verify the recipient, or upgrade the account.',
  ],
  '21610': ['record_rejected', 'The recipient opted out with STOP: they get nothing until they text START to this sender.'],
  '21612': ['record_rejected', 'Twilio has no route from this sender to this recipient: use another sender or another way.'],
  '21614': ['record_rejected', 'The recipient’s number cannot receive texts; it may be a landline: use another number.'],
  '63024': ['record_rejected', 'The recipient cannot be reached on this channel: check the address or use another channel.'],

  // Delivery. These come with a message's status, not as an answer.
  '30003': [
    'record_rejected',
    'The phone could not be reached; it may be off or without signal: try again later or another way.',
  ],
  '30004': ['record_rejected', 'The message was blocked: the phone or its carrier takes no texts from this sender.'],
  '30005': ['record_rejected', 'The number is not in service: correct it or reach the person another way.'],
  '30006': ['record_rejected', 'The number is a landline or its carrier cannot be reached: use another number.'],
  '30007': [
    'record_rejected',
    'A carrier or Twilio filtered the message as unwanted: change the wording, and check the sender’s registration.',
  ],
  '30008': ['record_rejected', 'The carrier did not deliver the message and gave no reason: try again once, then another way.'],
  '30410': ['provider_unavailable', 'The carrier had a disruption and Twilio gave the message up: send it again later.'],

  // Pace.
  '14107': ['rate_limited', 'Too many replies between these two numbers in a short time: check for a loop of automatic replies.'],
  '20429': ['rate_limited', 'Too many requests at once for this Twilio account: it goes on by itself at a slower pace.'],
  '21611': ['rate_limited', 'The sender’s queue at Twilio is full: wait, or spread the messages over more senders.'],
  '30001': ['rate_limited', 'The message waited too long in Twilio’s queue: send more slowly, or add senders.'],
  '30022': ['rate_limited', 'The carrier’s rate for this campaign was exceeded: send more slowly.'],
  '30023': ['rate_limited', 'The carrier’s daily cap for this brand is used up: go on tomorrow, or ask for a higher cap.'],
  '63017': ['rate_limited', 'The account sends faster than Twilio allows: send more slowly.'],
  '63018': ['rate_limited', 'The channel’s sending limit is used up: wait up to 24 hours, or ask Twilio for a higher limit.'],
  '63038': [
    'rate_limited',
    'The account’s messages for 24 hours are used up: wait for the next day, or ask Twilio Support for more.',
  ],

  // Twilio itself.
  '20500': ['provider_unavailable', `Twilio had an error of its own. ${waitOrLook}`],
  '20503': ['provider_unavailable', `This part of Twilio is out of service for the moment. ${waitOrLook}`],
};

/** The account asked us to stop writing to this person; https://www.twilio.com/docs/api/errors/21610 */
export const optedOutCodes = ['21610'];

export const errorCatalogue = catalogueOf(entries);

/** What an error code says to a person; every one of Twilio's has a page. */
export function explainCode(code: string): string {
  if (Object.hasOwn(errorCatalogue, code)) return errorCatalogue[code]!.sentence;
  const page = /^\d{5}$/.test(code) ? `https://www.twilio.com/docs/api/errors/${code}` : 'https://www.twilio.com/docs/api/errors';
  return `Twilio refused this with a code of its own: look it up at ${page}, correct the cause and try again.`;
}

export function classify(error: unknown): Failure {
  if (!(error instanceof TwilioApiError)) return withoutAnswer({ label: 'Twilio', waitOrLook }, error);

  const { status, code, retryAfterMs } = error;
  const known = code !== null && Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code] : undefined;
  return {
    ...(known ?? { ...byStatus(status, code), ...(code && { providerCode: code }) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    // A refusal is never processed, 429 expressly so (https://www.twilio.com/docs/api/errors/20429); an error of Twilio's own may be.
    effect: status >= 500 || status === 408 ? 'unknown' : 'none',
  };
}

function byStatus(status: number, code: string | null): { code: FailureCode; sentence: string } {
  if (status === 401) return { code: 'credentials_rejected', sentence: entries['20003']![1] };
  if (status === 403)
    return {
      code: 'permission_missing',
      sentence: 'Twilio does not allow this with these credentials: check the permissions of the account and the API key.',
    };
  if (status === 429) return { code: 'rate_limited', sentence: entries['20429']![1] };
  if (status >= 500 || status === 408) return { code: 'provider_unavailable', sentence: entries['20500']![1] };
  if (status >= 400)
    return {
      code: 'record_rejected',
      sentence: code
        ? explainCode(code)
        : `Twilio refused this with status ${status} and no error code: look at the account’s log in the Twilio Console.`,
    };
  return { code: 'provider_unavailable', sentence: `Twilio answered in a way that it does not document. ${waitOrLook}` };
}
