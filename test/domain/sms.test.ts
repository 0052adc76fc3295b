import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { optIntent, smsSize } from '../../domain/sms.ts';

describe('the size of an SMS', () => {
  it.each([
    ['', 'GSM-7', 0, 1],
    ['a'.repeat(160), 'GSM-7', 160, 1],
    ['a'.repeat(161), 'GSM-7', 161, 2],
    ['a'.repeat(306), 'GSM-7', 306, 2],
    ['a'.repeat(307), 'GSM-7', 307, 3],
    ['@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà', 'GSM-7', 42, 1],
    ['€'.repeat(80), 'GSM-7', 160, 1],
    [`${'a'.repeat(159)}€`, 'GSM-7', 161, 2],
    ['ж'.repeat(70), 'UCS-2', 70, 1],
    ['ж'.repeat(71), 'UCS-2', 71, 2],
    ['ж'.repeat(134), 'UCS-2', 134, 2],
    ['ж'.repeat(135), 'UCS-2', 135, 3],
    [`${'a'.repeat(70)}’`, 'UCS-2', 71, 2],
    ['😀'.repeat(35), 'UCS-2', 70, 1],
  ])('of %p is %s, %d characters, %d segments', (text, encoding, characters, segments) => {
    expect(smsSize(text)).toEqual({ encoding, characters, segments });
  });

  it('does not split an extended character between two segments', () => {
    // 152 and an escape pair do not fit into 153: the pair opens the second segment, which then holds 151 more.
    expect(smsSize(`${'a'.repeat(152)}€${'a'.repeat(151)}`).segments).toBe(2);
    expect(smsSize(`${'a'.repeat(152)}€${'a'.repeat(152)}`).segments).toBe(3);
  });

  it('does not split an emoji between two segments', () => {
    // 66 and a pair do not fit into 67: two segments hold 66 and 67 characters, not 67 and 67.
    expect(smsSize(`${'ж'.repeat(66)}😀${'ж'.repeat(65)}`).segments).toBe(2);
    expect(smsSize(`${'ж'.repeat(66)}😀${'ж'.repeat(66)}`).segments).toBe(3);
  });

  it('never grows smaller when text is added', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.string({ unit: 'grapheme' }), (text, more) => {
        expect(smsSize(text + more).segments).toBeGreaterThanOrEqual(smsSize(text).segments);
      }),
    );
  });
});

describe('what a reply wants', () => {
  it.each(['STOP', 'stop', ' Stop \n', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'])(
    'takes %p for an opt-out',
    (body) => {
      expect(optIntent(body)).toBe('opt_out');
    },
  );

  it.each(['START', 'yes', 'UnStop'])('takes %p for an opt-in', (body) => {
    expect(optIntent(body)).toBe('opt_in');
  });

  it.each(['', 'Please stop by at 9', 'STOP!', 'stop it', 'constructor', 'HELP'])('takes %p for neither', (body) => {
    expect(optIntent(body)).toBeNull();
  });
});
