/** HubSpot's wire format over accounts in memory: the API at the root, the consent page under `/app.hubspot.com`. */
import type { ProviderSandbox, SandboxAnswer, SandboxRequest } from '../contract.ts';
import { crmCalls } from './sandbox-api.ts';
import { controlVerbs } from './sandbox-control.ts';
import { crmOf, type SandboxObject } from './sandbox-crm.ts';
import { answerConsent, answerToken, showConsent } from './sandbox-oauth.ts';
import type { SandboxPortal, SandboxWorld } from './sandbox-state.ts';
import { apiError, detailsJson, expired, html, json, missingScopes, rateHeaders, tooMany, unauthorized } from './sandbox-wire.ts';

export function createHubspotSandbox(): ProviderSandbox {
  const world: SandboxWorld = { apps: new Map(), portals: new Map(), crms: new Map(), grants: [], codes: new Map() };
  const closed = new AbortController();
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
    control: controlVerbs(world, closed.signal),
    close: () => closed.abort(),
  };
}

function answerApi(world: SandboxWorld, request: SandboxRequest): SandboxAnswer {
  const { method, path, headers } = request;
  const found = authenticate(world, /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1]);
  if ('status' in found) return found;
  const crm = crmOf(world, found.portal.portalId);
  if (crm.refusals && crm.refusals.times > 0) {
    crm.refusals.times -= 1;
    return tooMany(crm.refusals.policyName, crm.refusals.retryAfterS);
  }
  const call = crmCalls.find((candidate) => candidate.method === method && candidate.path.test(path));
  const isDetails = path === '/account-info/v3/details' && method === 'GET';
  if (!call && !isDetails) return apiError(404, 'OBJECT_NOT_FOUND', 'resource not found');
  const { object, id = '' } = (call && call.path.exec(path)?.groups) ?? {};
  const needed = call ? call.scopes(object as SandboxObject) : ['oauth'];
  const missing = needed.filter((scope) => found.scopes && !found.scopes.includes(scope));
  if (missing.length > 0) return missingScopes(missing);
  const answer = call ? call.answer(crm, object as SandboxObject, request, id) : json(200, detailsJson(found.portal));
  // Search tells nothing of its pace. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
  return path.endsWith('/search') ? answer : { ...answer, headers: { ...answer.headers, ...rateHeaders } };
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
