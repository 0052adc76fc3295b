import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportPKCS8, exportSPKI, generateKeyPair, importSPKI, jwtVerify } from 'jose';
import { z } from 'zod';
import type { ClientCredentialsAuth, ConsentAuth, JwtBearerAuth } from './contract.ts';
import { createProviderHttp } from './http.ts';
import { classifyGrant, requestTokens, revokeToken, type Grant } from './oauth.ts';

const tokenUrl = 'https://login.vendor.test/token';
const form = z.strictObject({ clientId: z.string(), clientSecret: z.string() });
const ofClient: ClientCredentialsAuth = {
  kind: 'client_credentials',
  label: 'Client',
  tokenUrl,
  scopes: ['read', 'write'],
  clientAuth: 'client_secret_basic',
  lifetimeS: 32_400,
  credentials: form,
  secrets: ['clientSecret'],
};
const ofKey: JwtBearerAuth = {
  kind: 'jwt_bearer',
  label: 'Key',
  tokenUrl,
  scopes: [],
  clientAuth: 'client_secret_post',
  lifetimeS: 3_600,
  algorithm: 'RS256',
  audience: 'https://login.vendor.test',
  credentials: z.strictObject({ clientId: z.string(), subject: z.string(), privateKey: z.string() }),
  secrets: ['privateKey'],
};
const ofConsent: ConsentAuth = {
  kind: 'oauth2',
  label: 'Consent',
  tokenUrl,
  scopes: ['read'],
  clientAuth: 'client_secret_post',
  lifetimeS: 1_800,
  authorizeUrl: 'https://login.vendor.test/authorize',
  refreshToken: { rotates: true },
  revoke: { url: 'https://login.vendor.test/revoke', ends: 'grant' },
};
const client = { clientId: 'id with space', clientSecret: 's:cret' };

describe('A token endpoint', () => {
  let server: Server;
  let baseUrl: string;
  let asked: { url: string | undefined; authorization: string | undefined; form: URLSearchParams };
  let answer: { status: number; body: unknown; headers?: Record<string, string> };
  beforeAll(async () => {
    const take = async (request: IncomingMessage) => {
      asked = { url: request.url, authorization: request.headers.authorization, form: new URLSearchParams(await text(request)) };
    };
    server = createServer((request, response) => {
      void take(request).then(() => {
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        response.end(answer.body === '' ? '' : JSON.stringify(answer.body));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const http = () => createProviderHttp({ vendorBaseUrl: 'https://login.vendor.test', baseUrl, timeoutMs: 2_000, log() {} });
  const ask = (auth: ClientCredentialsAuth | JwtBearerAuth | ConsentAuth, grant: Grant) =>
    requestTokens(auth, grant, http(), 2_000);
  const given = (more: object = {}) => {
    answer = { status: 200, body: { access_token: 'a1', token_type: 'Bearer', ...more } };
  };

  it('gives a company’s own client tokens, and says itself how long they live and what they may', async () => {
    given({ expires_in: 28_800, scope: 'read' });
    expect(await ask(ofClient, { by: 'client', client })).toEqual({
      accessToken: 'a1',
      refreshToken: null,
      lifetimeS: 28_800,
      scopes: ['read'],
    });
    expect(asked.authorization).toBe(`Basic ${btoa('id+with+space:s%3Acret')}`);
    expect(Object.fromEntries(asked.form)).toEqual({ grant_type: 'client_credentials', scope: 'read write' });
  });

  it('takes an assertion that the company’s key signed; what it does not say is as declared', async () => {
    given();
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const grant: Grant = { by: 'key', clientId: 'app', subject: 'ops@acme.test', privateKey: await exportPKCS8(privateKey) };
    expect(await ask(ofKey, grant)).toMatchObject({ accessToken: 'a1', lifetimeS: 3_600, scopes: [] });
    expect(asked.form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const key = await importSPKI(await exportSPKI(publicKey), 'RS256');
    const { payload } = await jwtVerify(asked.form.get('assertion')!, key, { audience: ofKey.audience, issuer: 'app' });
    expect(payload).toMatchObject({ sub: 'ops@acme.test' });
    expect(payload.exp! - payload.iat!).toBe(180);
  });

  it('is not asked with a key that cannot be read', async () => {
    const error: unknown = await ask(ofKey, { by: 'key', clientId: 'a', subject: 'b', privateKey: 'not PEM' }).catch(
      (e: unknown) => e,
    );
    expect(classifyGrant(error, ofKey, 'Vendor')).toMatchObject({ code: 'credentials_rejected', effect: 'none' });
  });

  it('may send a new refresh token, which is the one to keep', async () => {
    given({ refresh_token: 'r2', expires_in: 1_800 });
    const grant: Grant = { by: 'refresh_token', client, refreshToken: 'r1' };
    expect(await ask(ofConsent, grant)).toMatchObject({ refreshToken: 'r2', lifetimeS: 1_800 });
    expect(Object.fromEntries(asked.form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
  });

  it.each([
    [400, { error: 'invalid_grant' }, 'credentials_rejected'],
    [400, { error: 'invalid_scope' }, 'permission_missing'],
    [401, { error: 'invalid_client' }, 'configuration_invalid'],
    [401, 'no JSON object', 'configuration_invalid'],
    [400, { error: 'invalid_request' }, 'defect'],
    [503, { error: 'temporarily_unavailable' }, 'provider_unavailable'],
    [500, { error: 'invalid_grant' }, 'provider_unavailable'],
    [429, {}, 'rate_limited'],
    [403, 'a proxy', 'defect'],
  ])('that answers %i %j has given out nothing: %s', async (status, body, code) => {
    answer = { status, body, headers: { 'retry-after': '3' } };
    const grant: Grant = { by: 'refresh_token', client, refreshToken: 'r1' };
    const error: unknown = await ask(ofConsent, grant).catch((thrown: unknown) => thrown);
    const failure = classifyGrant(error, ofConsent, 'Vendor');
    expect(failure).toMatchObject({ code, effect: 'none', retryAfterMs: 3_000 });
    expect(failure.sentence).toMatch(/^\p{Lu}.{15,300}[.]$/u);
  });

  it.each([
    [408, ''],
    [500, { error: 'server_error' }],
    [500, { error: 'Internal Server Error' }],
    [502, 'a proxy'],
    [503, {}],
    [504, null],
    [522, { error: 'timeout' }],
  ])('that answers %i %j may have given something out: a proxy in front says so too', async (status, body) => {
    answer = { status, body, headers: { 'retry-after': '3' } };
    const error: unknown = await ask(ofConsent, { by: 'refresh_token', client, refreshToken: 'r1' }).catch((e: unknown) => e);
    expect(classifyGrant(error, ofConsent, 'Vendor')).toMatchObject({
      code: 'provider_unavailable',
      effect: 'unknown',
      retryAfterMs: 3_000,
    });
  });

  it.each([
    ['without a token', { token_type: 'bearer' }],
    ['that is no JSON object', 'ok'],
  ])('whose answer of 200 comes %s may have given something out', async (_, body) => {
    answer = { status: 200, body };
    const grant: Grant = { by: 'refresh_token', client, refreshToken: 'r1' };
    const error: unknown = await ask(ofConsent, grant).catch((thrown: unknown) => thrown);
    expect(classifyGrant(error, ofConsent, 'Vendor')).toMatchObject({ code: 'provider_unavailable', effect: 'unknown' });
  });

  describe('that tells where the account lives', () => {
    const located = { ...ofConsent, instance: { field: 'instance_url', hosts: ['*.vendor.test'] } };
    const code: Grant = { by: 'code', client, code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: 'https://us.test/back' };
    const refresh: Grant = { by: 'refresh_token', client, refreshToken: 'r1' };

    it('is believed when it names one of the vendor’s own hosts over https', async () => {
      given({ instance_url: 'https://acme.my.vendor.test/' });
      for (const grant of [code, refresh])
        expect(await ask(located, grant)).toMatchObject({ instanceUrl: 'https://acme.my.vendor.test' });
      expect(await ask(ofConsent, code)).not.toHaveProperty('instanceUrl');
    });

    it('may leave it out of a refresh, and of nothing else', async () => {
      given();
      expect(await ask(located, refresh)).not.toHaveProperty('instanceUrl');
      await expect(ask(located, code)).rejects.toMatchObject({ name: 'UnknownInstance' });
    });

    it.each([
      'https://vendor.test.evil.test',
      'https://evilvendor.test',
      'http://acme.vendor.test',
      'https://acme.vendor.test:8443',
      'https://acme.vendor.test@evil.test',
      'acme.vendor.test',
      '',
      42,
      null,
    ])('is not believed when it says %p: the token would be sent there', async (told) => {
      given({ instance_url: told });
      for (const grant of [code, refresh]) {
        const error: unknown = await ask(located, grant).catch((thrown: unknown) => thrown);
        expect(classifyGrant(error, located, 'Vendor')).toMatchObject({ code: 'configuration_invalid', effect: 'unknown' });
      }
    });
  });

  it('may have words of its own for what the standard says', async () => {
    answer = { status: 400, body: { error: 'inactive_user' } };
    const auth = { ...ofConsent, errorWords: { inactive_user: 'invalid_grant' } };
    const error: unknown = await ask(auth, { by: 'refresh_token', client, refreshToken: 'r1' }).catch((e: unknown) => e);
    expect(classifyGrant(error, auth, 'Vendor')).toMatchObject({
      code: 'credentials_rejected',
      providerCode: 'inactive_user',
    });
    expect(classifyGrant(error, ofConsent, 'Vendor')).toMatchObject({ code: 'defect' });
  });

  it('may say of a refresh token that has ended already that it is invalid', async () => {
    answer = { status: 400, body: { error: 'invalid_token' } };
    await expect(revokeToken(ofConsent, client, 'r1', http(), 2_000)).resolves.toBeUndefined();
    answer = { status: 400, body: { error: 'unsupported_token_type' } };
    await expect(revokeToken(ofConsent, client, 'r1', http(), 2_000)).rejects.toMatchObject({ name: 'GrantRefused' });
  });

  it.each([200, 204])('ends a refresh token where it is told to, and may answer %i', async (status) => {
    answer = { status, body: '' };
    await revokeToken(ofConsent, client, 'r1', http(), 2_000);
    expect(asked.url).toBe('/revoke');
    expect(Object.fromEntries(asked.form)).toMatchObject({ token: 'r1', token_type_hint: 'refresh_token' });
  });

  it.each([null, 42, new Error('boom'), {}])('is not blamed for %p', (thrown) => {
    expect(classifyGrant(thrown, ofConsent, 'Vendor')).toMatchObject({ code: 'defect', effect: 'none' });
  });
});
