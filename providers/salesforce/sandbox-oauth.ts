/** Salesforce's consent page and token endpoints. https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm */
import { createHash, randomBytes, verify } from 'node:crypto';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import { addGrant, addSession, newRefreshToken, type SandboxApp, type SandboxGrant, type SandboxWorld } from './sandbox-state.ts';
import { escapeHtml, html, json, oauthError, redirect } from './sandbox-wire.ts';

/** https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm */
const codeLifetimeMs = 15 * 60_000;
const audience = 'https://login.salesforce.com';

/** `/services/oauth2/authorize`: who is asked, and by which link they answer. */
export function showConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = world.apps.get(query.get('client_id') ?? '');
  if (!app) return html(400, 'error=invalid_client_id', '<p>client identifier invalid</p>');
  if (!app.redirectUris.includes(query.get('redirect_uri') ?? ''))
    return html(400, 'error=redirect_uri_mismatch', '<p>redirect_uri must match configuration</p>');
  const link = (orgId: string, words: string) => {
    const answered = new URLSearchParams(query);
    answered.set('org', orgId);
    return `<p><a href="authorize/answer?${escapeHtml(answered.toString())}">${escapeHtml(words)}</a></p>`;
  };
  const orgs = [...world.orgs.values()].map(({ orgId, name, host }) => link(orgId, `Allow for ${name} (${host})`));
  const scopes = `<p>It asks for: ${escapeHtml(query.get('scope') ?? '')}</p>`;
  return html(200, 'Allow access?', `${scopes}${orgs.join('')}${link('', 'Deny')}`);
}

/** A person clicked: back to the app, with a code or with the refusal. */
export function answerConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = world.apps.get(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!app?.redirectUris.includes(redirectUri)) return html(400, 'error=redirect_uri_mismatch', '');
  const back = new URL(redirectUri);
  if (query.get('state')) back.searchParams.set('state', query.get('state')!);
  const org = world.orgs.get(query.get('org') ?? '');
  if (!org) {
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', 'end-user denied authorization');
    return redirect(back.href);
  }
  const code = `aPrx${randomBytes(30).toString('base64url')}==`;
  world.codes.set(code, {
    clientId: app.clientId,
    orgId: org.orgId,
    redirectUri,
    scopes: (query.get('scope') ?? 'api').split(' '),
    challenge: query.get('code_challenge'),
    endsAtMs: Date.now() + codeLifetimeMs,
  });
  back.searchParams.set('code', code);
  return redirect(back.href);
}

/** `POST /services/oauth2/token`. */
export function answerToken(world: SandboxWorld, { body }: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(body);
  const by = form.get('grant_type');
  if (by === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return takeAssertion(world, form.get('assertion') ?? '');
  const app = world.apps.get(form.get('client_id') ?? '');
  if (!app) return oauthError(400, 'invalid_client_id', 'client identifier invalid');
  if (app.clientSecret !== form.get('client_secret')) return oauthError(400, 'invalid_client', 'invalid client credentials');
  if (by === 'authorization_code') return exchange(world, app, form);
  if (by === 'refresh_token') return refresh(world, app, form.get('refresh_token') ?? '');
  return oauthError(400, 'unsupported_grant_type', 'grant type not supported');
}

function exchange(world: SandboxWorld, app: SandboxApp, form: URLSearchParams): SandboxAnswer {
  const known = world.codes.get(form.get('code') ?? '');
  world.codes.delete(form.get('code') ?? '');
  const proof = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (!known || known.clientId !== app.clientId || known.endsAtMs < Date.now())
    return oauthError(400, 'invalid_grant', 'expired authorization code');
  if (known.redirectUri !== form.get('redirect_uri'))
    return oauthError(400, 'invalid_grant', 'redirect_uri must match configuration');
  if (known.challenge !== null && known.challenge !== proof) return oauthError(400, 'invalid_grant', 'invalid code verifier');
  const grant = addGrant(world, known);
  return tokensOf(world, grant, grant.refreshToken);
}

function refresh(world: SandboxWorld, app: SandboxApp, token: string): SandboxAnswer {
  const spent = world.grants.find(({ spentRefreshTokens }) => spentRefreshTokens.includes(token));
  if (spent) spent.reuses += 1;
  const grant = world.grants.find(({ clientId, refreshToken }) => clientId === app.clientId && refreshToken === token);
  if (!grant || grant.state !== 'good') return oauthError(400, 'invalid_grant', 'expired access/refresh token');
  grant.refreshes += 1;
  if (world.orgs.get(grant.orgId)!.rotation === 'none') return tokensOf(world, grant, null);
  grant.spentRefreshTokens.push(token);
  grant.refreshToken = newRefreshToken();
  grant.sessions.length = 0;
  return tokensOf(world, grant, grant.refreshToken);
}

/** No `expires_in`: Salesforce does not tell. */
function tokensOf(world: SandboxWorld, grant: SandboxGrant, refreshToken: string | null): SandboxAnswer {
  const org = world.orgs.get(grant.orgId)!;
  return json(200, {
    access_token: addSession(grant, org),
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    scope: grant.scopes.join(' '),
    instance_url: `https://${org.host}`,
    id: `https://login.salesforce.com/id/${org.orgId}/005000000000001AAA`,
    token_type: 'Bearer',
    issued_at: String(Date.now()),
    signature: randomBytes(32).toString('base64'),
  });
}

/** https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm */
function takeAssertion(world: SandboxWorld, assertion: string): SandboxAnswer {
  const [head = '', payload = '', signature = ''] = assertion.split('.');
  const claims = claimsIn(payload);
  const app = world.apps.get(claims.iss);
  if (!app) return oauthError(400, 'invalid_client_id', 'client identifier invalid');
  const isSigned =
    app.publicKey !== null &&
    verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), app.publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return oauthError(400, 'invalid_grant', 'invalid assertion');
  if (claims.aud !== audience) return oauthError(400, 'invalid_grant', 'audience is invalid');
  if (claims.exp * 1_000 < Date.now()) return oauthError(400, 'invalid_grant', 'assertion has expired');
  const org = [...world.orgs.values()].find(({ username }) => username === claims.sub);
  if (!org) return oauthError(400, 'invalid_grant', 'user hasn’t approved this consumer');
  return tokensOf(world, addGrant(world, { clientId: app.clientId, orgId: org.orgId, scopes: ['api'] }), null);
}

function claimsIn(payload: string): { iss: string; sub: string; aud: string; exp: number } {
  const none = { iss: '', sub: '', aud: '', exp: 0 };
  try {
    return { ...none, ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object) };
  } catch {
    return none;
  }
}

/** `POST /services/oauth2/revoke`; one that has ended is an error here. https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm */
export function answerRevoke(world: SandboxWorld, { body }: SandboxRequest): SandboxAnswer {
  const token = new URLSearchParams(body).get('token') ?? '';
  const grant = world.grants.find(({ state, refreshToken }) => state === 'good' && refreshToken === token);
  if (!grant) return oauthError(400, 'invalid_token', 'invalid token');
  grant.revocations += 1;
  end(grant);
  return { status: 200, body: '' };
}

/** Nothing that came of this consent is good any more. */
export function end(grant: SandboxGrant): void {
  grant.state = 'revoked';
  grant.sessions.length = 0;
}
