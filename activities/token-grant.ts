/** What a set of credentials is renewed with, by how its provider authorises. */
import type { ClaimInput, StoredToken } from '../db/app/stores/tokens.ts';
import type { AuthKind, Provider, RenewedAuth } from '../providers/contract.ts';
import { isConsent, type Grant, type GrantedTokens, type OAuthClient } from '../providers/oauth.ts';
import type { ActivityDeps } from './deps.ts';
import { failWith } from './failures.ts';

export function authOf(provider: Provider, kind: string): AuthKind<any> {
  const auth = provider.auth.find((known) => known.kind === kind);
  if (!auth)
    throw failWith(
      'configuration_invalid',
      `${provider.label} is no longer authorised by "${kind}": reauthorize the connection.`,
    );
  return auth;
}

/** Whether an answer that was lost may have spent what we asked with. A code always is; a refresh token where it rotates. */
export function onceOnly(
  auth: RenewedAuth,
  { values }: StoredToken,
  { label }: Provider,
  lateMs: number,
): NonNullable<ClaimInput['once']> | null {
  if (!isConsent(auth)) return null;
  const isCode = values['refreshToken'] === undefined && values['code'] !== undefined;
  if (!isCode && !auth.refreshToken.rotates) return null;
  const graceMs = isCode ? 0 : (auth.refreshToken.graceS ?? 0) * 1_000;
  const lost = `New access was asked for at ${label} and the answer was lost, so the old one must not be used again`;
  return { graceMs, lateMs, sentence: `${lost}: reauthorize the connection.` };
}

export function clientOf(deps: Pick<ActivityDeps, 'oauthClient'>, provider: Provider, auth: RenewedAuth): OAuthClient | null {
  if (!isConsent(auth)) return null;
  const client = deps.oauthClient(provider.key);
  if (client) return client;
  const key = provider.key.toUpperCase();
  throw failWith(
    'configuration_invalid',
    `The platform has no OAuth client at ${provider.label}: whoever runs Linkwright must set OAUTH_CLIENT_ID_${key} and OAUTH_CLIENT_SECRET_${key}.`,
  );
}

export function grantOf(auth: RenewedAuth, values: Record<string, string>, client: OAuthClient | null): Grant | null {
  const { code, codeVerifier, redirectUri, refreshToken, clientId, clientSecret, subject, privateKey } = values;
  if (auth.kind === 'client_credentials') return { by: 'client', client: { clientId: clientId!, clientSecret: clientSecret! } };
  if (auth.kind === 'jwt_bearer') return { by: 'key', clientId: clientId!, subject: subject!, privateKey: privateKey! };
  if (refreshToken !== undefined) return { by: 'refresh_token', client: client!, refreshToken };
  if (code === undefined) return null;
  return { by: 'code', client: client!, code, codeVerifier: codeVerifier!, redirectUri: redirectUri! };
}

/**
 * A consent's code is spent; what an admin entered stays; a refresh token, and where the account lives, stay unless the answer told
 * another.
 */
export function keptValues(auth: RenewedAuth, values: Record<string, string>, granted: GrantedTokens): Record<string, string> {
  const { accessToken } = granted;
  const refreshToken = granted.refreshToken ?? values['refreshToken'];
  const instanceUrl = granted.instanceUrl ?? values['instanceUrl'];
  return {
    ...(isConsent(auth) ? refreshToken !== undefined && { refreshToken } : values),
    ...(instanceUrl !== undefined && { instanceUrl }),
    accessToken,
  };
}

/** What a provider is told of tokens: not what they are renewed with. */
export function handedOut({ accessToken, instanceUrl }: Record<string, string>): Record<string, string> {
  return { accessToken: accessToken!, ...(instanceUrl !== undefined && { instanceUrl }) };
}
