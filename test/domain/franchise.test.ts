import { describe, expect, it } from '@jest/globals';
import { franchiseOf, namedFranchise } from '../../domain/franchise.ts';

const field = { source: 'from', sourceWhenInbound: 'to' };
const keys = new Map([
  ['+15550001', { companyId: 'comp_a', isFranchise: true }],
  ['+15550002', { companyId: 'comp_gone', isFranchise: false }],
]);
const owner = (raw: unknown, isInbound = false) => franchiseOf(namedFranchise(field, raw, isInbound), keys);

describe('Whose a record is', () => {
  it('is told by the value that it names its franchise by, at the other place for what was received', () => {
    expect(owner({ from: '+15550001', to: '+1999' })).toEqual({ companyId: 'comp_a' });
    expect(owner({ from: '+1999', to: '+15550001' }, true)).toEqual({ companyId: 'comp_a' });
    expect(namedFranchise({ source: 'account.no' }, { account: { no: 7 } }, true)).toEqual({ path: 'account.no', value: '7' });
  });

  it.each([
    ['a value that nobody has a key for', { from: '+1999' }, 'from is "+1999", which names no franchise: add it'],
    ['a company that no longer stands below', { from: '+15550002' }, 'whose company no longer stands under'],
    ['no value', { from: null }, 'from is empty'],
    ['an empty value', { from: '' }, 'from is empty'],
    ['something that is no value', { from: { number: 1 } }, 'from is empty'],
    ['nothing at all', undefined, 'from is empty'],
    ['a key of every object', { from: 'constructor' }, 'from is "constructor", which names no franchise'],
  ])('is not guessed from %s: a sentence says what to do', (_, raw, sentence) => {
    expect(owner(raw)).toMatchObject({ sentence: expect.stringContaining(sentence) });
    expect(owner(raw)).toMatchObject({ sentence: expect.stringContaining('then retry') });
  });

  it('tells a long or broken value in bounds', () => {
    const told = owner({ from: `\n${'🎉'.repeat(300)}` }) as { sentence: string };
    expect(told.sentence.length).toBeLessThan(300);
    expect(told.sentence).toContain('"\\n🎉');
    expect(told.sentence.isWellFormed()).toBe(true);
  });
});
