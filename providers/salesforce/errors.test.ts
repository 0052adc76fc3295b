import { describe, expect, it } from '@jest/globals';
import type { FailureCode } from '../../domain/failure.ts';
import { HttpFailure } from '../contract.ts';
import { classify, errorCatalogue, SalesforceApiError } from './errors.ts';

const classes: Record<FailureCode, string[]> = {
  credentials_rejected: ['INVALID_SESSION_ID', 'INVALID_AUTH_HEADER', 'INVALID_LOGIN', 'ORG_LOCKED', 'TRIAL_EXPIRED'],
  permission_missing: [
    'LOGIN_DURING_RESTRICTED_DOMAIN',
    'LOGIN_DURING_RESTRICTED_TIME',
    'API_DISABLED_FOR_ORG',
    'FUNCTIONALITY_NOT_ENABLED',
    'INSUFFICIENT_ACCESS',
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'INVALID_FIELD',
    'INVALID_TYPE',
  ],
  configuration_invalid: [],
  record_rejected: [
    'MALFORMED_ID',
    'NOT_FOUND',
    'ENTITY_IS_DELETED',
    'REQUIRED_FIELD_MISSING',
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'DUPLICATE_VALUE',
    'STRING_TOO_LONG',
    'INVALID_CROSS_REFERENCE_KEY',
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'JSON_PARSER_ERROR',
    'FIELD_INTEGRITY_EXCEPTION',
  ],
  rate_limited: ['REQUEST_LIMIT_EXCEEDED'],
  provider_unavailable: [
    'API_CURRENTLY_DISABLED',
    'INVALID_QUERY_LOCATOR',
    'QUERY_TIMEOUT',
    'UNABLE_TO_LOCK_ROW',
    'SERVER_UNAVAILABLE',
    'UNKNOWN_EXCEPTION',
  ],
  ambiguous: [],
  defect: ['EXCEEDED_ID_LIMIT', 'MALFORMED_QUERY', 'INVALID_QUERY_FILTER_OPERATOR', 'QUERY_TOO_COMPLICATED'],
};

describe('Salesforce’s errors', () => {
  it.each(Object.entries(classes).flatMap(([code, vendorCodes]) => vendorCodes.map((vendorCode) => [vendorCode, code] as const)))(
    '%s is %s',
    (vendorCode, code) => {
      expect(classify(new SalesforceApiError(400, vendorCode))).toMatchObject({ code, providerCode: vendorCode, effect: 'none' });
    },
  );

  it('are all in the table above', () => {
    expect(Object.values(classes).flat().toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each([
    [401, 'credentials_rejected', 'none'],
    [403, 'permission_missing', 'none'],
    [404, 'record_rejected', 'none'],
    [400, 'record_rejected', 'none'],
    [414, 'defect', 'none'],
    [429, 'rate_limited', 'none'],
    [408, 'provider_unavailable', 'unknown'],
    [500, 'provider_unavailable', 'unknown'],
    [503, 'provider_unavailable', 'unknown'],
    [302, 'provider_unavailable', 'none'],
  ])('without a known code go by their status: %i is %s', (status, code, effect) => {
    expect(classify(new SalesforceApiError(status, 'SOMETHING_NEW'))).toMatchObject({
      code,
      effect,
      providerCode: 'SOMETHING_NEW',
    });
    expect(classify(new SalesforceApiError(status, null))).toMatchObject({ code, effect });
  });

  it.each([
    ['REQUEST_LIMIT_EXCEEDED', undefined, 900_000],
    ['REQUEST_LIMIT_EXCEEDED', 30_000, 30_000],
    ['UNABLE_TO_LOCK_ROW', undefined, undefined],
  ])('of too many calls wait a quarter of an hour, unless they say how long: %s', (code, retryAfterMs, waits) => {
    expect(classify(new SalesforceApiError(403, code, { retryAfterMs })).retryAfterMs).toBe(waits);
  });

  it('say what to do', () => {
    for (const kind of ['timeout', 'connection', 'truncated'] as const)
      expect(classify(new HttpFailure(kind, 'unknown', 'x')).sentence).toContain('Try again in a few minutes');
    expect(classify(new SalesforceApiError(400, 'INVALID_FIELD', { unseen: 'Region__c' })).sentence).toContain(
      'does not see Region__c',
    );
  });
});
