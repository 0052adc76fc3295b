import { describe, expect, it } from '@jest/globals';
import { oversizedFields } from '../../domain/field-limits.ts';

describe('what a field may hold', () => {
  it('is anything that fits, and null', () => {
    expect(
      oversizedFields({
        fromAddress: 'x'.repeat(64),
        toAddress: null,
        body: '😀'.repeat(16_000),
        segments: 0,
        price: '-999999999999.12345678',
        sentAt: '2026-11-21T00:00:00.000Z',
        kind: 'message_received',
        deliveryId: 'anything',
      }),
    ).toEqual([]);
  });

  it('is told by name, and never by value', () => {
    const faults = oversizedFields({
      fromAddress: '4'.repeat(65),
      body: 'x'.repeat(16_001),
      occurredAt: '0001-01-01T00:00:00.000Z',
    });
    expect(faults).toEqual([
      { field: 'fromAddress', message: 'is longer than 64 characters' },
      { field: 'body', message: 'is longer than 16000 characters' },
      { field: 'occurredAt', message: 'is not a year between 1000 and 9999' },
    ]);
  });

  it('is plain text for the address of an opt-out', () => {
    expect(oversizedFields({ address: '+49😀' })).toMatchObject([{ field: 'address' }]);
  });
});
