import { describe, expect, it } from '@jest/globals';
import { changeOverrides, completePolicy, defaultPolicy } from '../../domain/policy.ts';

describe('the policy of a connection', () => {
  it('is the default where nothing is stored', () => {
    expect(completePolicy()).toEqual(defaultPolicy);
    expect(completePolicy({})).toEqual(defaultPolicy);
  });

  it('backs off from 10 seconds by three to half an hour, and calls people after three failed runs', () => {
    expect(defaultPolicy.retry).toMatchObject({ initialMs: 10_000, factor: 3, maxMs: 1_800_000 });
    expect(defaultPolicy.escalateAfterFailedRuns).toBe(3);
  });

  it('tells the owner first, then the company’s admins, then the platform', () => {
    expect(defaultPolicy.ladder.map(({ position, tell }) => [position, tell])).toEqual([
      [1, 'owner'],
      [2, 'company_admin'],
      [3, 'platform_admin'],
    ]);
    expect(defaultPolicy.ladder.every(({ acknowledgeWithinMs }) => acknowledgeWithinMs > 0)).toBe(true);
  });

  it('keeps the neighbours of a part that is set', () => {
    const policy = completePolicy({ retry: { attemptsMax: 2 }, delivery: { quietHours: null }, freshWithinS: 60 });
    expect(policy.retry).toEqual({ ...defaultPolicy.retry, attemptsMax: 2 });
    expect(policy.delivery).toEqual({ ...defaultPolicy.delivery, quietHours: null });
    expect(policy.freshWithinS).toBe(60);
    expect(policy.ladder).toEqual(defaultPolicy.ladder);
  });

  it('does not change the defaults when a completed policy is changed', () => {
    completePolicy().retry.attemptsMax = 99;
    completePolicy().delivery.lookAfterMs = 1;
    expect(defaultPolicy.retry.attemptsMax).toBe(5);
    expect(defaultPolicy.delivery.lookAfterMs).toBe(30_000);
  });

  it('is changed in what is named alone, and is as usual again where that says null', () => {
    const stored = { cadenceS: { messages: 60, usage: 90 }, retry: { factor: 2 }, freshWithinS: 60 };
    const changes = { cadenceS: { messages: null, other: 5 }, retry: { attemptsMax: 2 }, freshWithinS: null };
    const delivery = { quietHours: null };
    expect(changeOverrides(stored, { ...changes, delivery })).toEqual({
      cadenceS: { usage: 90, other: 5 },
      retry: { factor: 2, attemptsMax: 2 },
      delivery,
    });
    expect(changeOverrides(stored, {})).toEqual(stored);
    expect(changeOverrides(stored, { cadenceS: null })).toEqual({ retry: { factor: 2 }, freshWithinS: 60 });
  });
});
