import { describe, expect, it } from '@jest/globals';
import { deliveryStatuses, isDelivered, isFinal, type DeliveryStatus } from '../../domain/delivery-status.ts';
import {
  fallbackNotes,
  fallbackWays,
  mayBeReplaced,
  optionsFor,
  optionWords,
  waitsForPerson,
} from '../../domain/message-fallback.ts';

/** Written out on purpose: while a person is asked, and while nobody is. */
const table: Record<DeliveryStatus, [asked: string, notAsked: string]> = {
  queued: ['send_again other_connection phoned given_up', ''],
  sending: ['', ''],
  ambiguous: ['was_sent send_again phoned given_up', ''],
  accepted: ['phoned given_up', ''],
  sent: ['phoned given_up', ''],
  delivered: ['', ''],
  read: ['', ''],
  undelivered: ['other_connection phoned given_up', 'other_connection phoned given_up'],
  failed: ['other_connection phoned given_up', 'other_connection phoned given_up'],
  blocked: ['phoned given_up', 'phoned given_up'],
  cancelled: ['', ''],
};

describe('what a person may do instead', () => {
  it.each(deliveryStatuses)('of a message that is %s is as the table says, and nothing once something was done', (status) => {
    expect(optionsFor(status, { asked: true, isSettled: false }).join(' ')).toBe(table[status][0]);
    expect(optionsFor(status, { asked: false, isSettled: false }).join(' ')).toBe(table[status][1]);
    expect(optionsFor(status, { asked: true, isSettled: true })).toEqual([]);
  });

  it('is never sent by another connection what may have gone out, or is not wanted', () => {
    expect(deliveryStatuses.filter(mayBeReplaced)).toEqual(['undelivered', 'failed', 'cancelled']);
    for (const status of deliveryStatuses)
      if (optionsFor(status, { asked: true, isSettled: false }).includes('other_connection'))
        expect([status, mayBeReplaced(status) || status === 'queued']).toEqual([status, true]);
  });

  it('takes back only what waits: what the provider has said stays', () => {
    expect(deliveryStatuses.filter(waitsForPerson)).toEqual(['queued', 'ambiguous']);
    expect(deliveryStatuses.filter((status) => waitsForPerson(status) && (isFinal(status) || isDelivered(status)))).toEqual([]);
  });

  it.each([...Object.entries(optionWords), ...Object.entries(fallbackNotes)])('%s has a sentence', (_, sentence) => {
    expect(sentence).toMatch(/^[A-Z].+\.$/);
  });

  it('has a note for each way', () => {
    expect(Object.keys(fallbackNotes).toSorted()).toEqual(fallbackWays.toSorted());
  });
});
