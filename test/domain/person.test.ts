import { describe, expect, it } from '@jest/globals';
import { erasedMark, mentionsOf } from '../../domain/person.ts';

const american = { phone: { e164: '+14155550123', national: '4155550123' } };
const british = { phone: { e164: '+442079460958', national: '2079460958' } };
const pat = { email: 'pat.o+news@example.com' };

describe('A person is found', () => {
  it.each([
    ['+14155550123', american],
    ['14155550123', american],
    ['0014155550123', american],
    ['(415) 555-0123', american],
    ['+1 (415) 555-0123', american],
    ['415.555.0123', american],
    ['4155550123', american],
    ['whatsapp:+14155550123', american],
    ['To=%2B14155550123&From=%2B14150000000', american],
    ['{"to":"+14155550123"}', american],
    ['+44 20 7946 0958', british],
    ['+44 (0)20 7946 0958', british],
    ['020 7946 0958', british],
    ['pat.o+news@example.com', pat],
    ['PAT.O+NEWS@Example.com', pat],
    ['Pat <pat.o+news@example.com>, and others', pat],
    ['to=pat.o%2Bnews%40example.com&x=1', pat],
    ['Write to pat.o+news@example.com.', pat],
  ])('in %s', (text, person) => {
    const left = text.replace(mentionsOf(person), erasedMark);
    expect(left).toContain(erasedMark);
    expect(left).not.toMatch(/0123|0958|news/i);
  });

  it.each([
    ['+14155550124', american],
    ['+114155550123', american],
    ['+141555501234', american],
    ['9994155550123', american],
    ['SM00000000000000000000000041555501230', american],
    ['+442079460959', british],
    ['spat.o+news@example.com', pat],
    ['pat.o+news@example.com.au', pat],
    ['patxo+news@example.com', pat],
    ['pat.o+news@example.community', pat],
  ])('not in %s', (text, person) => {
    expect(text.search(mentionsOf(person))).toBe(-1);
  });

  it('by each of what is known of them, and never by nothing', () => {
    const both = mentionsOf({ ...american, ...pat });
    expect('+14155550123, pat.o+news@example.com'.replace(both, erasedMark)).toBe('•••, •••');
    expect(() => mentionsOf({})).toThrow('needs a phone number or an e-mail address');
  });
});
