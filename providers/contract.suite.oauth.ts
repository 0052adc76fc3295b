import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { ConsentAuth } from './contract.ts';
import type { Suite } from './contract.suite.ts';
import { addressInForce } from './http.ts';
import { handedOut } from './contract.suite.tokens.ts';
import { authorizationUrl, classifyGrant, readCallback, requestTokens, revokeToken, type ConsentCode } from './oauth.ts';

const timeoutMs = 5_000;
const random = () => randomBytes(32).toString('base64url');

export function describeConsent({ provider, fixture, context, contextWith, errorOf, calls }: Suite, auth: ConsentAuth): void {
  describe('its consent', () => {
    const http = () => context(timeoutMs).http;
    const known = () => fixture().oauth!;
    const refusalOf = async (call: () => Promise<unknown>) => classifyGrant(await errorOf(call), auth, provider.label);

    async function consent(answer: 'agree' | 'decline' = 'agree') {
      const { client, redirectUri } = known();
      const [state, codeVerifier] = [random(), random()];
      const page = await authorizationUrl(auth, { clientId: client.clientId, redirectUri, state, codeVerifier });
      const { baseUrl: vendorBaseUrl, hosts } = provider;
      const url = addressInForce({ vendorBaseUrl, baseUrl: fixture().baseUrl, hosts }, page);
      const { searchParams } = await known().answer(url, answer);
      const came = readCallback(auth, client.clientId, searchParams, state);
      return { came, searchParams, given: { redirectUri, codeVerifier, code: 'code' in came ? came.code : '' } };
    }
    const exchange = (given: ConsentCode) =>
      requestTokens(auth, { by: 'code', client: known().client, ...given }, http(), timeoutMs);
    const refresh = (refreshToken: string) =>
      requestTokens(auth, { by: 'refresh_token', client: known().client, refreshToken }, http(), timeoutMs);

    it('is declared with addresses of the vendor over TLS, and with a lifetime', () => {
      for (const url of [auth.authorizeUrl, auth.tokenUrl, ...(auth.revoke ? [auth.revoke.url] : [])]) {
        expect(new URL(url).protocol).toBe('https:');
        expect(() =>
          addressInForce({ vendorBaseUrl: provider.baseUrl, baseUrl: 'http://127.0.0.1:1', hosts: provider.hosts }, url),
        ).not.toThrow();
      }
      for (const host of auth.instance?.hosts ?? []) expect(provider.hosts).toContain(host);
      expect(auth.scopes.length).toBeGreaterThan(0);
      expect(auth.lifetimeS).toBeGreaterThan(60);
    });

    it('gives a code, the code tokens, and the tokens the account', async () => {
      const { given } = await consent();
      const tokens = await exchange(given);
      expect(tokens).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) });
      expect(tokens.lifetimeS).toBeGreaterThan(0);
      expect(tokens.scopes).toEqual([...auth.scopes]);
      expect((await provider.check(contextWith(handedOut(tokens)))).usable).toEqual({ ok: true });
    });

    it('is told when it is declined', async () => {
      expect((await consent('decline')).came).toEqual({ error: 'access_denied' });
    });

    it('belongs to the state that it was asked with', async () => {
      const { searchParams } = await consent();
      expect(() => readCallback(auth, known().client.clientId, searchParams, random())).toThrow();
    });

    it('is worth nothing to another verifier, a second time, or for another address', async () => {
      const refused = { code: 'credentials_rejected', providerCode: 'invalid_grant', effect: 'none' };
      const other = await consent();
      expect(await refusalOf(() => exchange({ ...other.given, codeVerifier: random() }))).toMatchObject(refused);
      const elsewhere = await consent();
      expect(await refusalOf(() => exchange({ ...elsewhere.given, redirectUri: 'https://evil.test/' }))).toMatchObject(refused);
      const { given } = await consent();
      await exchange(given);
      expect(await refusalOf(() => exchange(given))).toMatchObject(refused);
    });

    it('is renewed by its refresh token, and not by any other', async () => {
      const first = await exchange((await consent()).given);
      const renewed = await refresh(first.refreshToken!);
      expect(renewed.accessToken).not.toBe(first.accessToken);
      expect((await provider.check(contextWith(handedOut({ ...first, ...renewed })))).usable).toEqual({ ok: true });
      expect(await refusalOf(() => refresh('unknown'))).toMatchObject({ code: 'credentials_rejected', effect: 'none' });
    });

    it('is refused to another client, in words for whoever runs the platform', async () => {
      const client = { ...known().client, clientSecret: 'canary-wrong-client-secret' };
      const ask = () => requestTokens(auth, { by: 'refresh_token', client, refreshToken: 'unknown' }, http(), timeoutMs);
      expect(await refusalOf(ask)).toMatchObject({ code: 'configuration_invalid', effect: 'none' });
    });

    it('ends when it is revoked, and may be revoked again', async () => {
      if (!auth.revoke) return;
      const { refreshToken } = await exchange((await consent()).given);
      for (const _ of [1, 2]) await revokeToken(auth, known().client, refreshToken!, http(), timeoutMs);
      expect(await refusalOf(() => refresh(refreshToken!))).toMatchObject({ code: 'credentials_rejected', effect: 'none' });
    });

    const path = new URL(auth.tokenUrl).pathname;
    const faults: [Record<string, unknown>, Record<string, unknown>][] = [
      [
        { kind: 'status429', retryAfterS: 7 },
        { code: 'rate_limited', retryAfterMs: 7_000, effect: 'none' },
      ],
      [{ kind: 'status500' }, { code: 'provider_unavailable', effect: 'unknown' }],
      [{ kind: 'status502_after_effect' }, { code: 'provider_unavailable', effect: 'unknown' }],
      [{ kind: 'reset_after_effect' }, { code: 'provider_unavailable', effect: 'unknown' }],
      [{ kind: 'truncated_json' }, { code: 'provider_unavailable', effect: 'unknown' }],
      [{ kind: 'wrong_content_type' }, { code: 'provider_unavailable', effect: 'unknown' }],
    ];
    it.each(faults)('says of %j whether tokens may have been given out', async (fault, told) => {
      const { refreshToken } = await exchange((await consent()).given);
      await fixture().control('fault', { ...fault, times: 1, match: { path } });
      expect(await refusalOf(() => refresh(refreshToken!))).toMatchObject(told);
    });

    it('lets no secret into an error, a failure or a log line', async () => {
      calls.length = 0;
      const { given } = await consent();
      const tokens = await exchange(given);
      const told: unknown[] = [];
      for (const kind of ['status429', 'status500', 'status502_after_effect', 'truncated_json', 'reset_after_effect']) {
        await fixture().control('fault', { kind, times: 1, match: { path } });
        const error = await errorOf(() => refresh(tokens.refreshToken!));
        told.push(error, classifyGrant(error, auth, provider.label));
      }
      told.push(await errorOf(() => exchange(given)));
      const text = `${inspect(told, { depth: 10, showHidden: true })}${JSON.stringify(calls)}`;
      const secrets = [given.code, given.codeVerifier, tokens.accessToken, tokens.refreshToken!, known().client.clientSecret];
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(calls.length).toBeGreaterThanOrEqual(6);
    });
  });
}
