import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { isFailureCode, type FailureCode } from '../domain/failure.ts';
import { HttpFailure } from './contract.ts';
import type { Suite } from './contract.suite.ts';
import { createProviderHttp } from './http.ts';

export function describeFailures({ provider, fixture, context, contextWith, handed, errorOf, failureOf, calls }: Suite): void {
  describe('its failures', () => {
    const defects: [string, unknown][] = [
      ['null', null],
      ['undefined', undefined],
      ['42', 42],
      ['a string', 'text'],
      ['an error', new Error('boom')],
      ['an empty object', {}],
    ];
    it.each(defects)('says defect of %s', (_name, thrown) => {
      expect(provider.classify(thrown)).toMatchObject({ code: 'defect', effect: 'unknown' });
    });

    it('never throws while classifying', () => {
      fc.assert(fc.property(fc.anything(), (thrown) => isFailureCode(provider.classify(thrown).code)));
    });

    it.each(['timeout', 'connection', 'truncated'] as const)('passes on whether a request may have had an effect: %s', (kind) => {
      for (const effect of ['none', 'unknown'] as const)
        expect(provider.classify(new HttpFailure(kind, effect, 'x'))).toMatchObject({ code: 'provider_unavailable', effect });
    });

    it('calls no address that is not public, and says that waiting does not help', async () => {
      expect(provider.classify(new HttpFailure('address', 'none', 'x'))).toMatchObject({
        code: 'configuration_invalid',
        effect: 'none',
      });
    });

    const faults: [Record<string, unknown>, FailureCode, Record<string, unknown>][] = [
      [{ kind: 'status429', retryAfterS: 7 }, 'rate_limited', { retryAfterMs: 7_000, effect: 'none' }],
      [{ kind: 'status429' }, 'rate_limited', { effect: 'none' }],
      [{ kind: 'status500' }, 'provider_unavailable', { effect: 'unknown' }],
      [{ kind: 'revoked' }, 'credentials_rejected', { effect: 'none' }],
      [{ kind: 'reset_before' }, 'provider_unavailable', { effect: 'unknown' }],
      [{ kind: 'truncated_json' }, 'provider_unavailable', { effect: 'unknown' }],
      [{ kind: 'wrong_content_type' }, 'provider_unavailable', { effect: 'unknown' }],
      [{ kind: 'slow_drip', ms: 4_000 }, 'provider_unavailable', { effect: 'unknown' }],
      [{ kind: 'delay', ms: 2_000 }, 'provider_unavailable', { effect: 'unknown' }],
    ];
    it.each(faults)('turns %j into %s', async (fault, code, rest) => {
      await fixture().control('fault', fault);
      expect(await failureOf(() => provider.check(context(500)))).toMatchObject({ code, ...rest });
    });

    it('knows that a refused connection had no effect', async () => {
      const http = createProviderHttp({
        vendorBaseUrl: provider.baseUrl,
        baseUrl: 'http://127.0.0.1:1',
        hosts: provider.hosts,
        timeoutMs: 500,
        log() {},
      });
      expect(await failureOf(() => provider.check({ ...context(), http }))).toMatchObject({
        code: 'provider_unavailable',
        effect: 'none',
      });
    });

    it('lets no secret into an error, a failure or a log line', async () => {
      calls.length = 0;
      const told: string[] = [];
      const known: string[] = [];
      for (const auth of provider.auth) {
        const { accepted, refused } = fixture().credentials[auth.kind]!;
        const secrets = 'secrets' in auth ? auth.secrets : ['accessToken'];
        known.push(...secrets.flatMap((name) => [accepted[name]!, refused[name]!]));
        const good = await handed(auth, 'accepted');
        known.push(...(good['accessToken'] ? [good['accessToken']] : []));
        for (const fault of ['status429', 'status500', 'revoked', 'truncated_json', 'reset_before', null]) {
          if (fault) await fixture().control('fault', { kind: fault, times: 1 });
          const error = await errorOf(async () => provider.check(contextWith(fault ? good : await handed(auth, 'refused'))));
          told.push(inspect(error, { depth: 10, showHidden: true }), JSON.stringify(provider.classify(error)));
        }
      }
      told.push(JSON.stringify(calls));
      for (const text of told) for (const secret of known) expect(text).not.toContain(secret);
      expect(calls.length).toBeGreaterThanOrEqual(provider.auth.length * 6);
    });
  });
}
