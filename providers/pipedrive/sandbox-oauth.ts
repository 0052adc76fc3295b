/** Pipedrive's consent page and token endpoints. https://pipedrive.readme.io/docs/marketplace-oauth-authorization */
import { createHash, randomBytes } from 'node:crypto';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import { addAccessToken, addGrant, type SandboxApp, type SandboxGrant, type SandboxWorld } from './sandbox-state.ts';
import { escapeHtml, html, json } from './sandbox-wire.ts';

const codeLifetimeMs = 5 * 60_000;

/** Who is asked, and by which link they answer. The scopes are the app's own, whatever the address says. */
export function showConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = appIn(world, query);
  if (!app) return html(400, 'App cannot be installed', '');
  const link = (company: string, words: string) => {
    const answered = new URLSearchParams(query);
    answered.set('company', company);
    return `<p><a href="authorize/answer?${escapeHtml(answered.toString())}">${escapeHtml(words)}</a></p>`;
  };
  const companies = [...world.companies.values()].map(({ companyId, name }) =>
    link(String(companyId), `Allow and install in ${name} (${companyId})`),
  );
  const scopes = `<p>It asks for: ${escapeHtml(app.scopes.join(', '))}</p>`;
  return html(200, 'Install an app', `${scopes}${companies.join('')}${link('', 'Cancel')}`);
}

/** A person clicked: back to the app, with a code or with the refusal. */
export function answerConsent(world: SandboxWorld, query: URLSearchParams): SandboxAnswer {
  const app = appIn(world, query);
  if (!app) return html(400, 'App cannot be installed', '');
  const back = new URL(query.get('redirect_uri')!);
  if (query.get('state')) back.searchParams.set('state', query.get('state')!);
  const company = world.companies.get(Number(query.get('company')));
  if (!company) back.searchParams.set('error', 'user_denied');
  else {
    const code = `${company.companyId}.${randomBytes(20).toString('hex')}`;
    world.codes.set(code, {
      clientId: app.clientId,
      companyId: company.companyId,
      redirectUri: query.get('redirect_uri')!,
      challenge: query.get('code_challenge_method') === 'S256' ? query.get('code_challenge') : null,
      endsAtMs: Date.now() + codeLifetimeMs,
    });
    back.searchParams.set('code', code);
  }
  return { status: 302, headers: { location: back.href }, body: '' };
}

function appIn(world: SandboxWorld, query: URLSearchParams): SandboxApp | undefined {
  const app = world.apps.get(query.get('client_id') ?? '');
  return app?.redirectUris.includes(query.get('redirect_uri') ?? '') ? app : undefined;
}

/** `POST /oauth/token`. https://pipedrive.readme.io/docs/marketplace-oauth-and-api-proxy-status-codes */
export function answerToken(world: SandboxWorld, { headers, body }: SandboxRequest): SandboxAnswer {
  const app = clientIn(world, headers);
  if (!app) return oauthError('invalid_client', 'Invalid client: client is invalid');
  const form = new URLSearchParams(body);
  if (form.get('grant_type') === 'authorization_code') return exchange(world, app, form);
  if (form.get('grant_type') === 'refresh_token') return refresh(world, app, form.get('refresh_token') ?? '');
  return oauthError('unsupported_grant_type', 'Unsupported grant type: `grant_type` is invalid');
}

/** Ends the whole installation when it is the refresh token. https://pipedrive.readme.io/docs/app-uninstallation */
export function answerRevoke(world: SandboxWorld, { headers, body }: SandboxRequest): SandboxAnswer {
  const app = clientIn(world, headers);
  if (!app) return oauthError('invalid_client', 'Invalid client: client is invalid');
  const grant = grantOf(world, app, new URLSearchParams(body).get('token') ?? '');
  if (grant) {
    grant.revocations += 1;
    end(grant);
  }
  return json(200, { success: true });
}

function clientIn(world: SandboxWorld, headers: SandboxRequest['headers']): SandboxApp | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':').map(decodeURIComponent);
  const app = world.apps.get(id);
  return app?.clientSecret === secret ? app : undefined;
}

/** Pipedrive documents no PKCE; a challenge that came along is held to all the same. */
function exchange(world: SandboxWorld, app: SandboxApp, form: URLSearchParams): SandboxAnswer {
  const code = world.codes.get(form.get('code') ?? '');
  world.codes.delete(form.get('code') ?? '');
  const shown = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (!code || code.clientId !== app.clientId || (code.challenge !== null && code.challenge !== shown))
    return oauthError('invalid_grant', 'Invalid grant: `authorization_code` is invalid');
  if (code.endsAtMs < Date.now()) return oauthError('invalid_grant', 'Invalid grant: `authorization_code` has expired');
  if (code.redirectUri !== form.get('redirect_uri'))
    return oauthError('invalid_grant', 'Invalid request: `redirect_uri` is invalid');
  return tokensOf(world, addGrant(world, { clientId: app.clientId, companyId: code.companyId, scopes: app.scopes }));
}

function refresh(world: SandboxWorld, app: SandboxApp, token: string): SandboxAnswer {
  const grant = grantOf(world, app, token);
  if (grant?.state !== 'good') return oauthError('invalid_grant', 'Invalid grant: `refresh_token` is invalid');
  grant.refreshes += 1;
  return tokensOf(world, grant);
}

const grantOf = (world: SandboxWorld, app: SandboxApp, token: string) =>
  world.grants.find(({ clientId, refreshToken }) => clientId === app.clientId && refreshToken === token);

/** The scopes are told with commas between them. */
function tokensOf(world: SandboxWorld, grant: SandboxGrant): SandboxAnswer {
  const company = world.companies.get(grant.companyId)!;
  return json(200, {
    access_token: addAccessToken(grant, company),
    token_type: 'Bearer',
    refresh_token: grant.refreshToken,
    scope: grant.scopes.join(','),
    expires_in: company.lifetimeS,
    api_domain: `https://${company.domain}.pipedrive.com`,
  });
}

function oauthError(error: string, message: string): SandboxAnswer {
  return json(400, { success: false, error, message });
}

/** Nothing that came of this consent is good any more. */
export function end(grant: SandboxGrant): void {
  grant.state = 'revoked';
  grant.accessTokens.length = 0;
}
