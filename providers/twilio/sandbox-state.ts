/** What Twilio would remember, in memory. */
import { createHash, randomBytes } from 'node:crypto';

export interface SandboxMessage {
  sid: string;
  accountSid: string;
  direction: 'inbound' | 'outbound-api';
  from: string | null;
  to: string;
  body: string;
  status: string;
  errorCode: number | null;
  messagingServiceSid: string | null;
  statusCallback: string | null;
  /** Part of the account's past, and not sent through the API. */
  isSeeded: boolean;
  createdAt: Date;
  sentAt: Date | null;
  updatedAt: Date;
}

/** One status that a message goes on to, `delayMs` after the one before. */
export interface PlannedStatus {
  status: string;
  delayMs: number;
  errorCode?: number | undefined;
}

export interface SandboxAccount {
  sid: string;
  authToken: string;
  friendlyName: string;
  status: 'active' | 'suspended' | 'closed';
  type: 'Full' | 'Trial';
  apiKeys: { sid: string; secret: string }[];
  numbers: { sid: string; phoneNumber: string; label: string; smsUrl: string }[];
  services: { sid: string; label: string }[];
  messages: SandboxMessage[];
  /** `<sender> <person>` of everyone who texted STOP. */
  optedOut: Set<string>;
  /** What becomes of outgoing messages, by recipient; `*` is everyone else. */
  plans: Map<string, PlannedStatus[]>;
  /** Where callbacks really go when their public address leads nowhere, for example `http://127.0.0.1:3000`; they stay signed for the public one. */
  deliverTo: string | null;
  /** How far this account's clock is ahead of ours; negative when it is behind. */
  aheadMs: number;
}

export function nowOf({ aheadMs }: SandboxAccount): Date {
  return new Date(Date.now() + aheadMs);
}

/** Twilio's usual: no callback for the first status. https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks */
export const usualPlan: PlannedStatus[] = [
  { status: 'sent', delayMs: 300 },
  { status: 'delivered', delayMs: 500 },
];

export function randomSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

function derivedSid(prefix: string, from: string): string {
  return prefix + createHash('sha256').update(from).digest('hex').slice(0, 32);
}

const dayMs = 86_400_000;
const seededBodies = [
  'Your appointment is tomorrow at 9.',
  'Your technician is on the way.',
  'Thanks, see you then.',
  'Your invoice is ready — thank you!',
];

/**
 * `count` messages, evenly spread over the last `days` days up to `now`, the newest first in the list. The same account gets the
 * same ids again, so a restarted sandbox shows the same history.
 */
export function seedMessages(account: SandboxAccount, count: number, days: number, now: Date): SandboxMessage[] {
  const number = account.numbers[0]?.phoneNumber ?? '+15005550006';
  return Array.from({ length: count }, (_, index) => {
    const createdAt = new Date(now.getTime() - ((index + 1) * days * dayMs) / (count + 1));
    const person = `+1415555${String(100 + (index % 100)).padStart(4, '0')}`;
    const isInbound = index % 3 === 2;
    const isLost = !isInbound && index % 10 === 4;
    return {
      sid: derivedSid('SM', `${account.sid} ${index}`),
      accountSid: account.sid,
      direction: isInbound ? 'inbound' : 'outbound-api',
      from: isInbound ? person : number,
      to: isInbound ? number : person,
      body: seededBodies[index % seededBodies.length]!,
      status: isInbound ? 'received' : isLost ? 'undelivered' : 'delivered',
      errorCode: isLost ? 30003 : null,
      messagingServiceSid: null,
      statusCallback: null,
      isSeeded: true,
      createdAt,
      sentAt: createdAt,
      updatedAt: createdAt,
    };
  });
}

export function phoneNumberSid(accountSid: string, phoneNumber: string): string {
  return derivedSid('PN', `${accountSid} ${phoneNumber}`);
}
