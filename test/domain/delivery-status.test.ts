import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  deliveryRank,
  deliveryStatuses,
  isDelivered,
  isFinal,
  mayAdvance,
  type DeliveryStatus,
} from '../../domain/delivery-status.ts';

const endOf = (told: DeliveryStatus[]): DeliveryStatus =>
  told.reduce<DeliveryStatus>((now, next) => (mayAdvance(now, next) ? next : now), 'queued');

describe('the status of a delivery', () => {
  it('is not overwritten by a late sent once it is delivered', () => {
    expect(mayAdvance('delivered', 'sent')).toBe(false);
    expect(endOf(['sent', 'delivered', 'sent', 'accepted'])).toBe('delivered');
  });

  it('does not move when the same status is told again', () => {
    for (const status of deliveryStatuses) expect(mayAdvance(status, status)).toBe(false);
  });

  it('keeps the first of two endings that contradict each other', () => {
    expect(endOf(['sent', 'undelivered', 'delivered'])).toBe('undelivered');
    expect(endOf(['sent', 'delivered', 'failed'])).toBe('delivered');
  });

  it('may still become read after it was delivered', () => {
    expect(mayAdvance('delivered', 'read')).toBe(true);
  });

  it('ends at the same rank in whatever order, and however often, statuses are told', () => {
    const told = fc.array(fc.constantFrom(...deliveryStatuses), { minLength: 1 });
    fc.assert(
      fc.property(
        told.chain((statuses) => fc.tuple(fc.constant(statuses), fc.shuffledSubarray(statuses, { minLength: statuses.length }))),
        ([statuses, shuffled]) => {
          const top = Math.max(...statuses.map(deliveryRank));
          expect(deliveryRank(endOf(statuses))).toBe(top);
          expect(deliveryRank(endOf([...shuffled, ...statuses]))).toBe(top);
        },
      ),
    );
  });

  it('ends at the very same status in any order of one message’s life', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(['accepted', 'sending', 'sent', 'delivered'] as DeliveryStatus[], { minLength: 4 }),
        (told) => {
          expect(endOf(told)).toBe('delivered');
        },
      ),
    );
  });

  it('says which statuses end the waiting, and which of them reached a phone', () => {
    expect(deliveryStatuses.filter(isFinal)).toEqual(['delivered', 'read', 'undelivered', 'failed', 'blocked', 'cancelled']);
    expect(deliveryStatuses.filter(isDelivered)).toEqual(['delivered', 'read']);
  });
});
