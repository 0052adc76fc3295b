import { describe, expect, it } from '@jest/globals';
import { consequences, failureCodes, finalFailureCodes, isFailureCode } from '../../domain/failure.ts';

describe('failures by consequence', () => {
  it.each([
    ['provider_unavailable', true, 'after_repeats'],
    ['rate_limited', true, 'after_repeats'],
    ['credentials_rejected', false, 'at_once'],
    ['permission_missing', false, 'at_once'],
    ['configuration_invalid', false, 'at_once'],
    ['record_rejected', false, 'never'],
    ['ambiguous', false, 'never'],
    ['defect', true, 'after_repeats'],
  ] as const)('%s: tried again %s, people are called %s', (code, retryable, escalates) => {
    expect(consequences[code]).toMatchObject({ retryable, escalates });
  });

  it.each(failureCodes)('%s says what happened and what a person can do', (code) => {
    expect(consequences[code].meaning).toMatch(/^[A-Z].+\.$/);
    expect(consequences[code].ownerAction).toMatch(/^[A-Z].+\.$/);
  });

  it('tells Temporal to leave alone what a repetition cannot mend', () => {
    expect(finalFailureCodes).toEqual([
      'credentials_rejected',
      'permission_missing',
      'configuration_invalid',
      'record_rejected',
      'ambiguous',
    ]);
  });

  it.each([null, undefined, 42, '', 'Error', 'constructor', {}, ['defect']])('does not take %p for a code', (value) => {
    expect(isFailureCode(value)).toBe(false);
  });
});
