/** HubSpot's consent page and token endpoints. https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide */
import { createHash, randomUUID } from 'node:crypto';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import {
  addAccessToken,
  addGrant,
  newRefreshToken,
  type SandboxApp,
  type SandboxGrant,
  type SandboxWorld,
} from './sandbox-state.ts';
import { escapeHtml, html, json, oauthError, redirect } from './sandbox-wire.ts';

/** HubSpot says "a short window". https://developers.hubspot.com/docs/methods/oauth2/refresh-access-token */
const codeLifetimeMs = 60_000;

/** `app.hubspot.com/oauth/authorize`: who is asked, and by which link they answer. */
export function showConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = world.apps.get(query.get('client_id') ?? '');
  // As at HubSpot: an unknown app or address is told on the page, and nobody is sent anywhere.
  if (!app) return html(400, 'Authorization failed because the client ID is not known', '');
  if (!app.redirectUris.includes(query.get('redirect_uri') ?? ''))
    return html(400, 'Authorization failed because the redirect URL does not match this app', '');
  if (!query.get('scope')) return html(400, 'Authorization failed because there is no scope', '');
  const link = (answer: Record<string, string>, words: string) => {
    const answered = new URLSearchParams(query);
    for (const [name, value] of Object.entries(answer)) answered.set(name, value);
    return `<p><a href="authorize/answer?${escapeHtml(answered.toString())}">${escapeHtml(words)}</a></p>`;
  };
  const accounts = [...world.portals.values()].map(({ portalId, label }) =>
    link({ portal: String(portalId) }, `Connect app to ${label} (${portalId})`),
  );
  const scopes = `<p>It asks for: ${escapeHtml(query.get('scope')!)}</p>`;
  return html(200, 'Connect an app to your HubSpot account', `${scopes}${accounts.join('')}${link({ portal: '' }, 'Cancel')}`);
}

/** A person clicked: back to the app, with a code or with the refusal. */
export function answerConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = world.apps.get(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!app?.redirectUris.includes(redirectUri)) return html(400, 'Authorization failed', '');
  const back = new URL(redirectUri);
  if (query.get('state')) back.searchParams.set('state', query.get('state')!);
  const portal = world.portals.get(Number(query.get('portal')));
  if (!portal) {
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', 'The user denied access to the application');
    return redirect(back.href);
  }
  const code = `na1-${randomUUID()}`;
  world.codes.set(code, {
    code,
    clientId: app.clientId,
    portalId: portal.portalId,
    redirectUri,
    scopes: (query.get('scope') ?? '').split(' '),
    challenge: query.get('code_challenge_method') === 'S256' ? query.get('code_challenge') : null,
    endsAtMs: Date.now() + codeLifetimeMs,
  });
  back.searchParams.set('code', code);
  return redirect(back.href);
}

/** `POST /oauth/v3/token`, `…/introspect` and `…/revoke`: the client's id and secret are in the form. */
export function answerToken(world: SandboxWorld, { path, body }: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(body);
  const app = world.apps.get(form.get('client_id') ?? '');
  if (!app || app.clientSecret !== form.get('client_secret'))
    return oauthError(401, 'invalid_client', 'BAD_CLIENT_ID', 'missing or unknown client id or secret');
  if (path === '/oauth/v3/token/introspect') return introspect(world, app, form.get('token') ?? '');
  if (path === '/oauth/v3/token/revoke') return revoke(world, app, form.get('token') ?? '');
  if (form.get('grant_type') === 'authorization_code') return exchange(world, app, form);
  if (form.get('grant_type') === 'refresh_token') return refresh(world, app, form.get('refresh_token') ?? '');
  return oauthError(400, 'unsupported_grant_type', 'BAD_GRANT_TYPE', 'unknown grant type');
}

function exchange(world: SandboxWorld, app: SandboxApp, form: URLSearchParams): SandboxAnswer {
  const known = world.codes.get(form.get('code') ?? '');
  world.codes.delete(form.get('code') ?? '');
  const verifier = form.get('code_verifier') ?? '';
  const isProved =
    (known?.challenge ?? null) === null || createHash('sha256').update(verifier).digest('base64url') === known?.challenge;
  if (!known || known.clientId !== app.clientId || known.endsAtMs < Date.now() || !isProved)
    return oauthError(400, 'invalid_grant', 'BAD_AUTH_CODE', 'missing or unknown auth code');
  if (known.redirectUri !== form.get('redirect_uri'))
    return oauthError(400, 'invalid_grant', 'BAD_REDIRECT_URI', 'redirect uri does not match');
  return tokensOf(world, addGrant(world, known));
}

function refresh(world: SandboxWorld, app: SandboxApp, token: string): SandboxAnswer {
  const grant = world.grants.find(
    ({ clientId, refreshToken, spentRefreshTokens }) =>
      clientId === app.clientId && (refreshToken === token || spentRefreshTokens.includes(token)),
  );
  if (grant && grant.refreshToken !== token) {
    grant.reuses += 1;
    end(grant);
  }
  if (!grant || grant.state !== 'good')
    return oauthError(400, 'invalid_grant', 'BAD_REFRESH_TOKEN', 'refresh token is invalid, expired or revoked');
  grant.refreshes += 1;
  if (world.portals.get(grant.portalId)?.rotation === 'strict') {
    grant.spentRefreshTokens.push(grant.refreshToken);
    grant.refreshToken = newRefreshToken();
  }
  return tokensOf(world, grant);
}

function tokensOf(world: SandboxWorld, grant: SandboxGrant): SandboxAnswer {
  const portal = world.portals.get(grant.portalId)!;
  return json(200, {
    token_type: 'bearer',
    refresh_token: grant.refreshToken,
    access_token: addAccessToken(grant, portal),
    expires_in: portal.lifetimeS,
    hub_id: portal.portalId,
    scopes: grant.scopes,
  });
}

function introspect(world: SandboxWorld, app: SandboxApp, token: string): SandboxAnswer {
  const grant = world.grants.find(
    ({ clientId, state, refreshToken, accessTokens }) =>
      clientId === app.clientId &&
      state === 'good' &&
      (refreshToken === token || accessTokens.some((known) => known.token === token && known.endsAtMs > Date.now())),
  );
  if (!grant) return json(200, { active: false });
  return json(200, { active: true, hub_id: grant.portalId, client_id: app.clientId, scopes: grant.scopes, token_type: 'bearer' });
}

/** Deletes the refresh token; what was made with it lives out its time. An unknown one is no error (RFC 7009). */
function revoke(world: SandboxWorld, app: SandboxApp, token: string): SandboxAnswer {
  const grant = world.grants.find(({ clientId, refreshToken }) => clientId === app.clientId && refreshToken === token);
  if (grant) {
    grant.revocations += 1;
    grant.state = 'revoked';
  }
  return { status: 200, body: '' };
}

/** Nothing that came of this consent is good any more. */
export function end(grant: SandboxGrant): void {
  grant.state = 'revoked';
  grant.accessTokens.length = 0;
}
