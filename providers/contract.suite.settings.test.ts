import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { secretLikeNames } from './contract.suite.settings.ts';

describe('The names of a provider’s settings', () => {
  it.each(['webhookSecret', 'apiKey', 'api_key', 'key', 'accessToken', 'token', 'password', 'privateKeyPem', 'signature'])(
    'are refused where they promise a secret: %s',
    (name) => {
      expect(secretLikeNames(z.strictObject({ region: z.string(), [name]: z.string().optional() }))).toEqual([name]);
      expect(secretLikeNames(z.strictObject({ inbox: z.array(z.strictObject({ [name]: z.string() })) }))).toEqual([name]);
    },
  );

  it.each(['region', 'pipelineId', 'timeZone'])('are taken: %s', (name) => {
    expect(secretLikeNames(z.strictObject({ [name]: z.string() }))).toEqual([]);
  });
});
