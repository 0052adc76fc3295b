/** What a person may do in place of a message that reached nobody, or of which nobody knows: by its status, as data. */
import type { DeliveryStatus } from './delivery-status.ts';

export const fallbackWays = ['other_connection', 'phoned', 'given_up'] as const;
export type FallbackWay = (typeof fallbackWays)[number];
/** The decisions about a message that waits are options too. */
export type OptionKey = FallbackWay | 'was_sent' | 'send_again';

/** `asked`: its people have a task about it. Without one it is on its way, and may be left alone. */
const table: Record<DeliveryStatus, { asked: OptionKey[]; always: OptionKey[] }> = {
  queued: { asked: ['send_again', 'other_connection', 'phoned', 'given_up'], always: [] },
  sending: { asked: [], always: [] },
  // It may have gone out: sent by another connection, it might arrive twice.
  ambiguous: { asked: ['was_sent', 'send_again', 'phoned', 'given_up'], always: [] },
  accepted: { asked: ['phoned', 'given_up'], always: [] },
  sent: { asked: ['phoned', 'given_up'], always: [] },
  delivered: { asked: [], always: [] },
  read: { asked: [], always: [] },
  undelivered: { asked: [], always: ['other_connection', 'phoned', 'given_up'] },
  failed: { asked: [], always: ['other_connection', 'phoned', 'given_up'] },
  // Whoever wants no messages gets none by another connection either.
  blocked: { asked: [], always: ['phoned', 'given_up'] },
  cancelled: { asked: [], always: [] },
};

/** `isSettled`: a person has done something instead already. */
export function optionsFor(status: DeliveryStatus, facts: { asked: boolean; isSettled: boolean }): OptionKey[] {
  if (facts.isSettled) return [];
  const { asked, always } = table[status];
  return facts.asked ? [...always, ...asked] : always;
}

/** Whether the message certainly reached nobody and goes out no more, so that another may be sent in its place. */
export function mayBeReplaced(status: DeliveryStatus): boolean {
  return status === 'cancelled' || table[status].always.includes('other_connection');
}

/** Statuses in which the message waits for a person: what is done instead takes it back. */
export function waitsForPerson(status: DeliveryStatus): boolean {
  return status === 'queued' || status === 'ambiguous';
}

/** What each option is, for the person who chooses. */
export const optionWords: Record<OptionKey, string> = {
  was_sent: 'Say that it went out: a look at the provider showed it.',
  send_again: 'Send it again: the cause is mended, or a look at the provider showed that it never went out.',
  other_connection: 'Send it by another of the company’s connections.',
  phoned: 'Phone the person, and write down what was said.',
  given_up: 'Leave it, and say why.',
};
/** What was done, as a note of the task and in the message’s history. */
export const fallbackNotes: Record<FallbackWay, string> = {
  other_connection: 'It was sent by another connection instead.',
  phoned: 'The person was phoned instead.',
  given_up: 'It was given up.',
};
