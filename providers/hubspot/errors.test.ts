import { describe, expect, it } from '@jest/globals';
import type { FailureCode } from '../../domain/failure.ts';
import { HttpFailure } from '../contract.ts';
import { classify, errorCatalogue, HubspotApiError } from './errors.ts';

const classes: Record<FailureCode, string[]> = {
  credentials_rejected: ['INVALID_AUTHENTICATION', 'EXPIRED_AUTHENTICATION', 'REVOKED_AUTHENTICATION', 'BAD_REFRESH_TOKEN'],
  permission_missing: ['MISSING_SCOPES', 'USER_DOES_NOT_HAVE_PERMISSIONS', 'BANNED'],
  configuration_invalid: [],
  record_rejected: ['VALIDATION_ERROR', 'OBJECT_NOT_FOUND', 'CONFLICT', 'OBJECT_ALREADY_EXISTS'],
  rate_limited: ['SECONDLY', 'TEN_SECONDLY_ROLLING', 'DAILY', 'RATE_LIMITS'],
  provider_unavailable: ['INTERNAL_ERROR'],
  ambiguous: [],
  defect: [],
};

describe('HubSpot’s errors', () => {
  it.each(Object.entries(classes).flatMap(([code, vendorCodes]) => vendorCodes.map((vendorCode) => [vendorCode, code] as const)))(
    '%s is %s',
    (vendorCode, code) => {
      expect(classify(new HubspotApiError(400, vendorCode))).toMatchObject({ code, providerCode: vendorCode, effect: 'none' });
    },
  );

  it('are all in the table above', () => {
    expect(Object.values(classes).flat().toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each([
    [401, 'credentials_rejected', 'none'],
    [403, 'permission_missing', 'none'],
    [404, 'record_rejected', 'none'],
    [409, 'record_rejected', 'none'],
    [423, 'provider_unavailable', 'none'],
    [429, 'rate_limited', 'none'],
    [400, 'record_rejected', 'none'],
    [477, 'provider_unavailable', 'none'],
    [500, 'provider_unavailable', 'unknown'],
    [502, 'provider_unavailable', 'unknown'],
    [302, 'provider_unavailable', 'none'],
  ])('without a known code go by their status: %i is %s', (status, code, effect) => {
    expect(classify(new HubspotApiError(status, 'SOMETHING_NEW'))).toMatchObject({ code, effect, providerCode: 'SOMETHING_NEW' });
    expect(classify(new HubspotApiError(status, null))).toMatchObject({ code, effect });
  });

  it.each([
    ['SECONDLY', undefined, 1_000],
    ['TEN_SECONDLY_ROLLING', undefined, 10_000],
    ['DAILY', undefined, 3_600_000],
    ['DAILY', 30_000, 30_000],
    ['UNHEARD_OF', undefined, undefined],
  ])('of too many calls wait by their policy: %s', (policy, retryAfterMs, waits) => {
    expect(classify(new HubspotApiError(429, policy, { retryAfterMs })).retryAfterMs).toBe(waits);
  });

  it('say what to do', () => {
    for (const kind of ['timeout', 'connection', 'truncated'] as const)
      expect(classify(new HttpFailure(kind, 'unknown', 'x')).sentence).toContain('Try again in a few minutes');
    expect(
      classify(new HubspotApiError(403, 'MISSING_SCOPES', { missingScopes: ['crm.objects.deals.read'] })).sentence,
    ).toContain('lacks crm.objects.deals.read');
  });
});
