import { describe, expect, it } from '@jest/globals';
import type { FailureCode } from '../../domain/failure.ts';
import { HttpFailure } from '../contract.ts';
import { classify, errorCatalogue, PipedriveApiError } from './errors.ts';

const classes: Record<FailureCode, string[]> = {
  credentials_rejected: ['unauthorized'],
  permission_missing: ['payment_required', 'scope_mismatch', 'forbidden', 'feature_missing'],
  configuration_invalid: [],
  record_rejected: ['bad_request', 'not_found', 'gone'],
  rate_limited: ['burst', 'daily_budget', 'budget_reserve', 'blocked'],
  provider_unavailable: ['server_error'],
  ambiguous: [],
  defect: [],
};

describe('Pipedrive’s errors', () => {
  it.each(Object.entries(classes).flatMap(([code, ours]) => ours.map((our) => [our, code] as const)))('%s is %s', (our, code) => {
    expect(classify(new PipedriveApiError(400, our))).toMatchObject({ code, providerCode: our, effect: 'none' });
  });

  it('are all in the table above', () => {
    expect(Object.values(classes).flat().toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each([
    [400, 'record_rejected', 'none'],
    [401, 'credentials_rejected', 'none'],
    [402, 'permission_missing', 'none'],
    [403, 'permission_missing', 'none'],
    [404, 'record_rejected', 'none'],
    [408, 'provider_unavailable', 'unknown'],
    [410, 'record_rejected', 'none'],
    [415, 'permission_missing', 'none'],
    [422, 'record_rejected', 'none'],
    [429, 'rate_limited', 'none'],
    [500, 'provider_unavailable', 'unknown'],
    [503, 'provider_unavailable', 'unknown'],
    [302, 'provider_unavailable', 'none'],
  ])('without more to go by go by their status: %i is %s', (status, code, effect) => {
    expect(classify(new PipedriveApiError(status))).toMatchObject({ code, effect });
  });

  it.each([
    ['burst', undefined, 2_000],
    ['burst', 7_000, 7_000],
    ['daily_budget', undefined, 3_600_000],
    ['budget_reserve', undefined, 3_600_000],
    ['blocked', undefined, 900_000],
    ['not_found', undefined, undefined],
  ])('of too many calls wait as long as the answer says, or as the limit needs: %s', (code, retryAfterMs, waits) => {
    expect(classify(new PipedriveApiError(429, code, retryAfterMs)).retryAfterMs).toBe(waits);
  });

  it('say what to do when no answer came', () => {
    for (const kind of ['timeout', 'connection', 'truncated'] as const)
      expect(classify(new HttpFailure(kind, 'unknown', 'x')).sentence).toContain('Try again in a few minutes');
  });
});
