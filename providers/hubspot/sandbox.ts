/** HubSpot's wire format over accounts in memory: the API at the root, the consent page under `/app.hubspot.com`. */
import type { ProviderSandbox, SandboxAnswer, SandboxRequest } from '../contract.ts';
import { controlVerbs } from './sandbox-control.ts';
import { answerConsent, answerToken, showConsent } from './sandbox-oauth.ts';
import type { SandboxPortal, SandboxWorld } from './sandbox-state.ts';
import { apiError, detailsJson, expired, html, json, missingScopes, rateHeaders, tooMany, unauthorized } from './sandbox-wire.ts';

/** What each path needs. https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes */
const scopesOf: Record<string, string> = { '/account-info/v3/details': 'oauth' };

export function createHubspotSandbox(): ProviderSandbox {
  const world: SandboxWorld = { apps: new Map(), portals: new Map(), grants: [], codes: new Map() };
  return {
    key: 'hubspot',
    answer(request) {
      const { method, path, query } = request;
      if (path === '/app.hubspot.com/oauth/authorize' && method === 'GET') return showConsent(world, query);
      if (path === '/app.hubspot.com/oauth/authorize/answer' && method === 'GET') return answerConsent(world, query);
      if (path.startsWith('/app.hubspot.com/')) return html(404, 'Page not found', '');
      if (/^\/oauth\/v3\/token(\/introspect|\/revoke)?$/.test(path))
        return method === 'POST' ? answerToken(world, request) : apiError(405, 'VALIDATION_ERROR', 'Method not allowed');
      return answerApi(world, request);
    },
    refusals: {
      status429: ({ retryAfterS }) => tooMany('TEN_SECONDLY_ROLLING', retryAfterS),
      status500: () => apiError(500, 'INTERNAL_ERROR', 'Internal error'),
      revoked: unauthorized,
    },
    control: controlVerbs(world),
    close() {},
  };
}

function answerApi(world: SandboxWorld, { method, path, headers }: SandboxRequest): SandboxAnswer {
  const found = authenticate(world, /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1]);
  if ('status' in found) return found;
  const needed = scopesOf[path];
  if (!needed || method !== 'GET') return apiError(404, 'OBJECT_NOT_FOUND', 'resource not found');
  if (found.scopes && !found.scopes.includes(needed)) return missingScopes([needed]);
  return json(200, detailsJson(found.portal), rateHeaders);
}

/** `scopes` is absent for a private app, which may do everything here. */
function authenticate(
  world: SandboxWorld,
  token: string | undefined,
): { portal: SandboxPortal; scopes?: string[] } | SandboxAnswer {
  if (!token) return unauthorized();
  for (const portal of world.portals.values()) if (portal.privateToken === token) return { portal };
  for (const { portalId, scopes, accessTokens } of world.grants) {
    const known = accessTokens.find((candidate) => candidate.token === token);
    if (known) return known.endsAtMs > Date.now() ? { portal: world.portals.get(portalId)!, scopes } : expired(known.endsAtMs);
  }
  return unauthorized();
}
