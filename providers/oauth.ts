/**
 * OAuth 2 as providers declare it. The protocol is `oauth4webapi`'s; every request goes through the engine's own HTTP client, so that
 * time-outs, the base URL in force and the redacted log line are the same as for any other call.
 */
import { SignJWT, importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import { isConsent } from './auth-kinds.ts';
import { HttpFailure, type ConsentAuth, type ProviderHttp, type RenewedAuth } from './contract.ts';
import { instanceUrlIn } from './instance-url.ts';
import { GrantRefused, inStandardWords, UnknownInstance } from './oauth-failure.ts';

export { isConsent, isRenewed } from './auth-kinds.ts';
export { classifyGrant } from './oauth-failure.ts';

/** The platform's own client at a vendor. */
export interface OAuthClient {
  clientId: string;
  clientSecret: string;
}

/** What stands between a consent and its tokens. */
export interface ConsentCode {
  code: string;
  codeVerifier: string;
  redirectUri: string;
}

/** What a token endpoint is asked with. */
export type Grant =
  | ({ by: 'code'; client: OAuthClient } & ConsentCode)
  | { by: 'refresh_token'; client: OAuthClient; refreshToken: string }
  | { by: 'client'; client: OAuthClient }
  | { by: 'key'; clientId: string; subject: string; privateKey: string };

export interface GrantedTokens {
  accessToken: string;
  /** `null` when none came: the one that was used stays good, or there is none. */
  refreshToken: string | null;
  lifetimeS: number;
  scopes: string[];
  /** Where the account lives, when the answer told it. */
  instanceUrl?: string;
}

/** The vendor's page where a person consents. Only whoever holds `codeVerifier` can use the code that comes back. */
export async function authorizationUrl(
  auth: ConsentAuth,
  input: { clientId: string; redirectUri: string; state: string; codeVerifier: string },
): Promise<string> {
  const url = new URL(auth.authorizeUrl);
  const parameters = {
    ...auth.authorizeParams,
    response_type: 'code',
    client_id: input.clientId,
    redirect_uri: input.redirectUri,
    scope: auth.scopes.join(' '),
    state: input.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(input.codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * What came back from the vendor's page: the code, or the standard's error code when it said no. Throws when it is neither, or not of
 * this `state`.
 */
export function readCallback(
  auth: ConsentAuth,
  clientId: string,
  query: URLSearchParams,
  state: string,
): { code: string } | { error: string } {
  try {
    return { code: oauth.validateAuthResponse(serverOf(auth), { client_id: clientId }, query, state).get('code')! };
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) return { error: inStandardWords(auth, error.error) };
    throw error;
  }
}

/** Asks the token endpoint once. Throws what `classifyGrant` reads. */
export async function requestTokens(
  auth: RenewedAuth,
  grant: Grant,
  http: ProviderHttp,
  timeoutMs: number,
): Promise<GrantedTokens> {
  const server = serverOf(auth);
  const client: oauth.Client = { client_id: 'client' in grant ? grant.client.clientId : grant.clientId };
  const { fetch, failure } = fetchOver(http, timeoutMs);
  const options = { [oauth.customFetch]: fetch };
  try {
    const answer = await request();
    return toTokens(auth, await processed(answer), grant);
  } catch (error) {
    throw failure(error);
  }

  async function request(): Promise<Response> {
    switch (grant.by) {
      case 'code': {
        const parameters = oauth.validateAuthResponse(
          server,
          client,
          new URLSearchParams({ code: grant.code }),
          oauth.skipStateCheck, // it was checked when the person came back
        );
        return oauth.authorizationCodeGrantRequest(
          server,
          client,
          clientAuthOf(auth, grant.client),
          parameters,
          grant.redirectUri,
          grant.codeVerifier,
          options,
        );
      }
      case 'refresh_token':
        return oauth.refreshTokenGrantRequest(server, client, clientAuthOf(auth, grant.client), grant.refreshToken, options);
      case 'client': {
        const parameters = { ...(auth.scopes.length > 0 && { scope: auth.scopes.join(' ') }) };
        return oauth.clientCredentialsGrantRequest(server, client, clientAuthOf(auth, grant.client), parameters, options);
      }
      case 'key':
        return oauth.genericTokenEndpointRequest(
          server,
          client,
          oauth.None(),
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
          { assertion: await signAssertion(auth, grant), ...(auth.scopes.length > 0 && { scope: auth.scopes.join(' ') }) },
          options,
        );
    }
  }

  function processed(answer: Response): Promise<oauth.TokenEndpointResponse> {
    if (grant.by === 'code') return oauth.processAuthorizationCodeResponse(server, client, answer);
    if (grant.by === 'refresh_token') return oauth.processRefreshTokenResponse(server, client, answer);
    if (grant.by === 'client') return oauth.processClientCredentialsResponse(server, client, answer);
    return oauth.processGenericTokenEndpointResponse(server, client, answer);
  }
}

/** Ends a refresh token at the vendor (RFC 7009): one that has ended already is no error. Throws what `classifyGrant` reads. */
export async function revokeToken(
  auth: ConsentAuth,
  client: OAuthClient,
  refreshToken: string,
  http: ProviderHttp,
  timeoutMs: number,
): Promise<void> {
  const { fetch, failure } = fetchOver(http, timeoutMs);
  try {
    const answer = await oauth.revocationRequest(
      serverOf(auth),
      { client_id: client.clientId },
      clientAuthOf(auth, client),
      refreshToken,
      { [oauth.customFetch]: fetch, additionalParameters: { token_type_hint: 'refresh_token' } },
    );
    // RFC 7009 says 200; a vendor that has nothing to say may answer 204.
    if (answer.status !== 204) await oauth.processRevocationResponse(answer);
  } catch (error) {
    // Not RFC 7009, but what some vendors say of a token that has ended.
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_token') return;
    throw failure(error);
  }
}

/** Vendors outside OpenID have no issuer of their own; the library wants one and compares it with nothing else. */
function serverOf(auth: RenewedAuth): oauth.AuthorizationServer {
  return {
    issuer: new URL(auth.tokenUrl).origin,
    token_endpoint: auth.tokenUrl,
    ...(isConsent(auth) && {
      authorization_endpoint: auth.authorizeUrl,
      ...(auth.revoke && { revocation_endpoint: auth.revoke.url }),
    }),
  };
}

function clientAuthOf(auth: RenewedAuth, { clientSecret }: OAuthClient): oauth.ClientAuth {
  return auth.clientAuth === 'client_secret_post' ? oauth.ClientSecretPost(clientSecret) : oauth.ClientSecretBasic(clientSecret);
}

/** Short-lived, because it is used at once. */
async function signAssertion(auth: RenewedAuth, grant: Extract<Grant, { by: 'key' }>): Promise<string> {
  if (auth.kind !== 'jwt_bearer') throw new TypeError(`${auth.kind} signs no assertion.`);
  return new SignJWT()
    .setProtectedHeader({ alg: auth.algorithm })
    .setIssuer(grant.clientId)
    .setSubject(grant.subject)
    .setAudience(auth.audience)
    .setIssuedAt()
    .setExpirationTime('3m')
    .sign(await readKey(grant.privateKey, auth.algorithm));
}

/** A key that cannot be read is as good as one that the vendor refuses. */
async function readKey(pem: string, algorithm: string) {
  try {
    return await importPKCS8(pem, algorithm);
  } catch {
    throw new GrantRefused(400, 'invalid_client');
  }
}

function toTokens(auth: RenewedAuth, answer: oauth.TokenEndpointResponse, { by }: Grant): GrantedTokens {
  const instanceUrl = instanceUrlIn(auth, answer, by === 'refresh_token');
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    lifetimeS: answer.expires_in ?? auth.lifetimeS,
    scopes: grantedScopes(auth, answer),
    ...(instanceUrl !== undefined && { instanceUrl }),
  };
}

/** The standard's `scope`, or a list beside it, as HubSpot sends one. Left out means: what was asked for. */
function grantedScopes(auth: RenewedAuth, { scope, scopes }: oauth.TokenEndpointResponse): string[] {
  if (scope !== undefined) return scope.split(/[\s,]+/).filter(Boolean);
  return Array.isArray(scopes) ? scopes.filter((each) => typeof each === 'string') : [...auth.scopes];
}

/** `fetch` as the library calls it, over our client; and what a failure of the library's means, by the answer that came last. */
function fetchOver(http: ProviderHttp, timeoutMs: number) {
  let answered: Awaited<ReturnType<ProviderHttp['request']>> | undefined;
  return {
    async fetch(url: string, { method, headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>): Promise<Response> {
      answered = await http.request({ method, url, headers, body: body.toString(), timeoutMs });
      return new Response(answered.status === 204 ? null : answered.body, { status: answered.status, headers: answered.headers });
    },
    failure(error: unknown): unknown {
      if (error instanceof HttpFailure || error instanceof GrantRefused || error instanceof UnknownInstance || !answered)
        return error;
      if (answered.status < 300) return new HttpFailure('truncated', 'unknown', 'The token endpoint’s answer could not be read.');
      // The library reads no body of an answer above 499.
      const code = error instanceof oauth.ResponseBodyError ? error.error : answered.status >= 500 ? codeIn(answered.body) : null;
      return new GrantRefused(answered.status, code, waitMs(answered.headers['retry-after']));
    },
  };
}

function codeIn(body: string): string | null {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : null;
  } catch {
    return null;
  }
}

/** Nobody asks before that is over, so it is taken for an hour at most: what is said there may be a slip. */
const waitMaxMs = 3_600_000;

function waitMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Math.min(Number(header) * 1_000, waitMaxMs) : undefined;
}
