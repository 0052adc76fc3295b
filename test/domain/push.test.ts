import { describe, expect, it } from '@jest/globals';
import { failureCodes } from '../../domain/failure.ts';
import type { FieldMapping } from '../../domain/mapping.ts';
import type { FieldValues, Writable, WrittenValues } from '../../domain/out-mapping.ts';
import { afterFailure, judgePush, pushWaitMs } from '../../domain/push.ts';

const writable: Writable = {
  dealname: { kind: 'text', path: 'name', clearable: false },
  dealstage: { kind: 'text', path: 'stage', clearable: false },
  amount: { kind: 'decimal', path: 'amount', clearable: true },
};
const fields: FieldMapping[] = [
  { source: 'title', target: 'dealname', required: true, transform: { kind: 'text' } },
  { source: 'stage', target: 'dealstage', required: true, transform: { kind: 'text' } },
  { source: 'amount', target: 'amount', required: false, transform: { kind: 'decimal' } },
];
const seen: FieldValues = { title: 'Roof', stage: 'new', amount: '100' };
const asSeen = { name: 'Roof', stage: 'new', amount: '100.00' };

const judge = (raw: object, wanted: WrittenValues, more: { versionMs?: number; overwrites?: boolean; seen?: FieldValues } = {}) =>
  judgePush(fields, writable, { raw, wanted, seen, versionMs: 1, seenVersionMs: 1, overwrites: false, ...more });

describe('a push in its turn', () => {
  it('is written where the record stands as the person saw it, and only what differs', () => {
    const wanted = { dealstage: 'won', amount: '100' };
    expect(judge(asSeen, wanted)).toEqual({ verdict: 'write', values: { dealstage: 'won' } });
    expect(judge(asSeen, { amount: null })).toEqual({ verdict: 'write', values: { amount: null } });
  });

  it('is done where its values stand there already, whoever wrote them and however old the person’s view is', () => {
    const there = { name: 'Another', stage: 'won', amount: '5' };
    expect(judge(there, { dealstage: 'won', amount: '5.0' }, { versionMs: 9 })).toEqual({ verdict: 'already' });
  });

  it('is written over a newer version that shows the person nothing else', () => {
    expect(judge(asSeen, { dealstage: 'won' }, { versionMs: 9 })).toMatchObject({ verdict: 'write' });
  });

  it.each([
    ['the field that it changes', { ...asSeen, stage: 'offer' }, ['stage']],
    ['another field that the person saw', { ...asSeen, amount: '9999' }, ['amount']],
    ['both', { ...asSeen, amount: '9999', stage: 'offer' }, ['stage', 'amount']],
  ])('is a conflict when others changed %s since', (_name, raw, changed) => {
    expect(judge(raw, { dealstage: 'won' }, { versionMs: 9 })).toEqual({ verdict: 'conflict', fields: changed });
    expect(judge(raw, { dealstage: 'won' }, { versionMs: 9, overwrites: true })).toMatchObject({ verdict: 'write' });
  });

  it('is no conflict where others have done a part of it', () => {
    const raw = { ...asSeen, stage: 'won' };
    expect(judge(raw, { dealstage: 'won', amount: '7' }, { versionMs: 9 })).toEqual({
      verdict: 'write',
      values: { amount: '7' },
    });
  });

  it('takes what was asked for before it for what the person saw', () => {
    const after = { ...asSeen, stage: 'offer' };
    expect(judge(after, { dealstage: 'won' }, { versionMs: 9, seen: { ...seen, stage: 'offer' } })).toMatchObject({
      verdict: 'write',
    });
  });
});

describe('a push that failed', () => {
  it('waits where waiting helps, and is a person’s otherwise', () => {
    const waits = failureCodes.filter((code) => afterFailure(code, 1) === 'wait');
    expect(waits).toEqual(['provider_unavailable', 'rate_limited', 'credentials_rejected', 'defect']);
    expect(afterFailure('provider_unavailable', 1_000)).toBe('wait');
    expect(afterFailure('defect', 5)).toBe('failed');
  });

  it('waits longer each time, up to a bound, and as long as the provider asked', () => {
    const policy = { initialMs: 10, factor: 3, maxMs: 100, attemptsMax: 5 };
    expect([1, 2, 3, 4, 9].map((attempts) => pushWaitMs(attempts, policy))).toEqual([10, 30, 90, 100, 100]);
    expect(pushWaitMs(1, policy, 5_000)).toBe(5_000);
  });
});
