import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { connectionStates, type ConnectionState } from '../../domain/connection-state.ts';
import { consequences, failureCodes, type FailureCode } from '../../domain/failure.ts';
import { judgeRun, type ConnectionFacts, type RunOutcome } from '../../domain/run-verdict.ts';

const facts = (changes: Partial<ConnectionFacts> = {}): ConnectionFacts => ({
  state: 'active',
  failedInARow: {},
  openIncident: false,
  valueByHand: false,
  ...changes,
});
const failed = (code?: FailureCode, jobId = 'a') => ({ jobId, outcome: 'failed' as const, ...(code && { code }) });
const succeeded = (jobId = 'a') => ({ jobId, outcome: 'succeeded' as const });

describe('a failed run', () => {
  it('only counts until there are enough in a row', () => {
    const first = judgeRun(facts(), failed('provider_unavailable'), 3);
    expect(first).toEqual({ failedInARow: { a: 1 }, state: 'active', escalate: false, recovered: false });
    const second = judgeRun(facts(first), failed('provider_unavailable'), 3);
    expect(second).toMatchObject({ failedInARow: { a: 2 }, state: 'active', escalate: false });
    const third = judgeRun(facts(second), failed('provider_unavailable'), 3);
    expect(third).toMatchObject({ failedInARow: { a: 3 }, state: 'degraded', escalate: true });
  });

  it('counts each job for itself', () => {
    const verdict = judgeRun(facts({ failedInARow: { a: 2 } }), failed('provider_unavailable', 'b'), 3);
    expect(verdict).toMatchObject({ failedInARow: { a: 2, b: 1 }, escalate: false });
  });

  it.each([
    ['credentials_rejected', 'needs_reauthorization'],
    ['permission_missing', 'degraded'],
    ['configuration_invalid', 'degraded'],
  ] as const)('calls people at once for %s, because waiting cannot help', (code, state) => {
    expect(judgeRun(facts(), failed(code), 3)).toMatchObject({ state, escalate: true });
  });

  it.each(['record_rejected', 'ambiguous'] as const)('never calls people for %s alone', (code) => {
    expect(judgeRun(facts({ failedInARow: { a: 50 } }), failed(code), 3)).toMatchObject({ state: 'active', escalate: false });
  });

  it('takes a failure without a code for one of ours', () => {
    expect(judgeRun(facts({ failedInARow: { a: 2 } }), failed(), 3)).toMatchObject({ state: 'degraded', escalate: true });
  });

  it('turns degraded into needs_reauthorization when the credentials are what is wrong', () => {
    expect(judgeRun(facts({ state: 'degraded' }), failed('credentials_rejected'), 3).state).toBe('needs_reauthorization');
  });

  it.each(['paused', 'manual_fallback', 'needs_reauthorization'] as const)('lets %s stand', (state) => {
    for (const code of failureCodes)
      expect(judgeRun(facts({ state, failedInARow: { a: 9 } }), failed(code), 3).state).toBe(state);
  });
});

describe('a good run that shows a mapped field lost', () => {
  const drifting = { ...succeeded(), drifting: true };

  it('degrades, calls nobody, and is not over before a run that shows it back', () => {
    const first = judgeRun(facts(), drifting, 3);
    expect(first).toEqual({ failedInARow: {}, state: 'degraded', escalate: false, recovered: false });
    expect(judgeRun(facts(first), drifting, 3)).toEqual(first);
    expect(judgeRun(facts(first), succeeded(), 3)).toMatchObject({ state: 'active', recovered: true });
  });

  it('ends an outage all the same, and leaves it degraded', () => {
    const outage = facts({ state: 'needs_reauthorization', openIncident: true, failedInARow: { a: 4 } });
    expect(judgeRun(outage, drifting, 3)).toEqual({ failedInARow: {}, state: 'degraded', escalate: false, recovered: true });
    const hurt = facts({ state: 'degraded', openIncident: true });
    expect(judgeRun(hurt, drifting, 3)).toMatchObject({ state: 'degraded', recovered: true });
  });

  it('lets a pause stand, and waits for other jobs that fail', () => {
    expect(judgeRun(facts({ state: 'paused' }), drifting, 3)).toMatchObject({ state: 'paused', recovered: false });
    const other = facts({ state: 'needs_reauthorization', failedInARow: { b: 1 } });
    expect(judgeRun(other, drifting, 3)).toMatchObject({ state: 'needs_reauthorization', recovered: false });
  });
});

describe('a run that says nothing about health', () => {
  it.each(['cancelled', 'skipped'] as const)('%s changes nothing', (outcome) => {
    const before = facts({ state: 'degraded', failedInARow: { a: 2 }, openIncident: true });
    expect(judgeRun(before, { jobId: 'a', outcome }, 1)).toEqual({
      failedInARow: { a: 2 },
      state: 'degraded',
      escalate: false,
      recovered: false,
    });
  });
});

describe('a succeeded run', () => {
  it.each(['degraded', 'manual_fallback', 'needs_reauthorization'] as const)('brings %s back to active', (state) => {
    const verdict = judgeRun(facts({ state, failedInARow: { a: 4 }, openIncident: true }), succeeded(), 3);
    expect(verdict).toEqual({ failedInARow: {}, state: 'active', escalate: false, recovered: true });
  });

  it('recovers only when no other job is failing any more', () => {
    const before = facts({ state: 'degraded', failedInARow: { a: 3, b: 1 }, openIncident: true });
    const one = judgeRun(before, succeeded('a'), 3);
    expect(one).toEqual({ failedInARow: { b: 1 }, state: 'degraded', escalate: false, recovered: false });
    expect(judgeRun({ ...before, ...one }, succeeded('b'), 3)).toMatchObject({ state: 'active', recovered: true });
  });

  it('closes an open incident while the connection is paused, and leaves the pause', () => {
    const verdict = judgeRun(facts({ state: 'paused', openIncident: true }), succeeded(), 3);
    expect(verdict).toMatchObject({ state: 'paused', recovered: true });
  });

  it('ends a value by hand, also when the connection was paused and its incident settled in between', () => {
    expect(judgeRun(facts({ valueByHand: true }), succeeded(), 3)).toMatchObject({ state: 'active', recovered: true });
  });

  it('is nothing new for a healthy connection', () => {
    expect(judgeRun(facts(), succeeded(), 3)).toEqual({ failedInARow: {}, state: 'active', escalate: false, recovered: false });
  });
});

it('never moves into paused, disconnected or onboarding, whatever happened before', () => {
  const outcomes: RunOutcome[] = ['succeeded', 'failed', 'cancelled', 'skipped'];
  fc.assert(
    fc.property(
      fc.constantFrom(...connectionStates),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })),
      fc.boolean(),
      fc.record({
        jobId: fc.constantFrom('a', 'b', 'c'),
        outcome: fc.constantFrom(...outcomes),
        code: fc.constantFrom(...failureCodes),
      }),
      fc.boolean(),
      (state, failedInARow, openIncident, run, valueByHand) => {
        const verdict = judgeRun({ state, failedInARow, openIncident, valueByHand }, run, 3);
        const people: ConnectionState[] = ['paused', 'disconnected', 'onboarding', 'manual_fallback'];
        if (verdict.state !== state) expect(people).not.toContain(verdict.state);
        expect(verdict.escalate && verdict.recovered).toBe(false);
        if (run.outcome === 'failed' && consequences[run.code].escalates === 'at_once') expect(verdict.escalate).toBe(true);
      },
    ),
  );
});
