import { describe, expect, it } from '@jest/globals';
import type { FailureCode } from '../../domain/failure.ts';
import { HttpFailure } from '../contract.ts';
import { classify, errorCatalogue, TwilioApiError } from './errors.ts';

const classes: Record<FailureCode, string[]> = {
  credentials_rejected: ['20003'],
  permission_missing: ['20005', '21408', '21608', '30002', '70051'],
  configuration_invalid: ['20008', '21212', '21603', '21606', '21609', '21703', '21704', '21705', '30024', '30032', '30034'],
  record_rejected: [
    '20404',
    '21211',
    '21602',
    '21610',
    '21612',
    '21614',
    '21617',
    '30003',
    '30004',
    '30005',
    '30006',
    '30007',
    '30008',
    '63024',
  ],
  rate_limited: ['14107', '20429', '21611', '30001', '30022', '30023', '63017', '63018', '63038'],
  provider_unavailable: ['20500', '20503', '30410'],
  ambiguous: [],
  defect: [],
};

describe('Twilio’s error codes', () => {
  it.each(Object.entries(classes).flatMap(([code, twilioCodes]) => twilioCodes.map((twilioCode) => [twilioCode, code] as const)))(
    '%s is %s',
    (twilioCode, code) => {
      expect(classify(new TwilioApiError(400, twilioCode))).toMatchObject({ code, providerCode: twilioCode, effect: 'none' });
    },
  );

  it('are all in the table above', () => {
    expect(Object.values(classes).flat().toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it.each([
    [400, 'record_rejected', 'none'],
    [401, 'credentials_rejected', 'none'],
    [403, 'permission_missing', 'none'],
    [404, 'record_rejected', 'none'],
    [408, 'provider_unavailable', 'unknown'],
    [429, 'rate_limited', 'none'],
    [500, 'provider_unavailable', 'unknown'],
    [502, 'provider_unavailable', 'unknown'],
    [503, 'provider_unavailable', 'unknown'],
  ])('fall back by status when unknown: %i is %s', (status, code, effect) => {
    expect(classify(new TwilioApiError(status, '99999'))).toMatchObject({ code, effect, providerCode: '99999' });
    expect(classify(new TwilioApiError(status, null))).not.toHaveProperty('providerCode');
  });

  it('that are unknown are said with the page of the code, and every failure says what to do', () => {
    expect(classify(new TwilioApiError(400, '21999')).sentence).toContain('https://www.twilio.com/docs/api/errors/21999');
    expect(classify(new TwilioApiError(404, null)).sentence).toContain('status 404');
    const unanswered = (['timeout', 'connection', 'truncated'] as const).map((kind) => new HttpFailure(kind, 'unknown', 'x'));
    for (const error of [
      ...unanswered,
      new TwilioApiError(500, null),
      new TwilioApiError(503, '20503'),
      new TwilioApiError(302, null),
    ])
      expect(classify(error).sentence).toContain('Try again in a few minutes');
  });

  it('keep the wait that Twilio asked for', () => {
    expect(classify(new TwilioApiError(503, '20503', 1_500))).toMatchObject({
      code: 'provider_unavailable',
      retryAfterMs: 1_500,
      effect: 'unknown',
    });
  });
});
