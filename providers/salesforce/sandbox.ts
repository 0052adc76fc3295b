/** Salesforce's wire format over orgs in memory: sign-in at the root, each org’s API under `/<its host>`. */
import type { ProviderSandbox, SandboxAnswer, SandboxRequest } from '../contract.ts';
import { controlVerbs } from './sandbox-control.ts';
import { answerConsent, answerRevoke, answerToken, showConsent } from './sandbox-oauth.ts';
import { answerLog, answerQuery, answerRest } from './sandbox-query.ts';
import { newWorld, type SandboxOrg, type SandboxWorld } from './sandbox-state.ts';
import { answerPatch } from './sandbox-write.ts';
import { apiError, callsUsedUp, html, json, limitHeader, sessionEnded } from './sandbox-wire.ts';

export function createSalesforceSandbox(): ProviderSandbox {
  const world = newWorld();
  return {
    key: 'salesforce',
    answer(request) {
      const { method, path, query } = request;
      if (method === 'GET' && path === '/services/oauth2/authorize') return showConsent(world, query);
      if (method === 'GET' && path === '/services/oauth2/authorize/answer') return answerConsent(world, query);
      if (method === 'POST' && path === '/services/oauth2/token') return answerToken(world, request);
      if (method === 'POST' && path === '/services/oauth2/revoke') return answerRevoke(world, request);
      const [, host = '', ...rest] = path.split('/');
      const org = [...world.orgs.values()].find((known) => known.host === host);
      return org ? answerApi(world, org, `/${rest.join('/')}`, request) : html(404, 'URL No Longer Exists', '');
    },
    refusals: {
      status429: ({ retryAfterS }) =>
        apiError(
          429,
          'REQUEST_LIMIT_EXCEEDED',
          'Too many requests.',
          retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) },
        ),
      status500: () => apiError(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred. Please include this ErrorId: 1'),
      revoked: sessionEnded,
    },
    control: controlVerbs(world),
    close() {},
  };
}

function answerApi(world: SandboxWorld, org: SandboxOrg, path: string, request: SandboxRequest): SandboxAnswer {
  const token = /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? '';
  const session = world.grants
    .flatMap(({ orgId, sessions }) => (orgId === org.orgId ? sessions : []))
    .find((known) => known.token === token && known.endsAtMs > Date.now());
  if (!session || session.calls === org.sessionCallsMax) return sessionEnded();
  session.calls += 1;
  if (!org.apiEnabled) return apiError(403, 'API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner');
  // A call that is refused for the limit counts too.
  org.calls += 1;
  const answer = org.calls > org.callsMax ? callsUsedUp() : answerPath(world, org, token, path, request);
  return { ...answer, headers: { ...answer.headers, ...limitHeader(org) } };
}

function answerPath(world: SandboxWorld, org: SandboxOrg, token: string, path: string, request: SandboxRequest): SandboxAnswer {
  const found = /^\/services\/data\/(?<version>v\d+\.\d)\/(?<resource>.+)$/.exec(path)?.groups;
  const missing = apiError(404, 'NOT_FOUND', 'The requested resource does not exist');
  if (!found) return missing;
  const resource = found['resource']!;
  const written = /^sobjects\/Opportunity\/(\w{15,18})$/.exec(resource)?.[1];
  if (request.method === 'PATCH' && written !== undefined) return answerPatch(world, org, written, request.body);
  if (request.method !== 'GET') return missing;
  const asked = { world, org, token, request, version: found['version']! };
  if (resource === 'queryAll') return answerQuery(asked);
  if (resource === 'connect/organization') return json(200, organisationJson(org));
  const logged = /^sobjects\/(\w+)\/deleted\/?$/.exec(resource)?.[1];
  if (logged !== undefined) return answerLog(asked, logged);
  const rest = /^query(?:All)?\/([\w-]+)$/.exec(resource)?.[1];
  return rest === undefined ? missing : answerRest(asked, rest);
}

/** https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/connect_responses_organization.htm */
function organisationJson({ orgId, name, multiCurrency, currency }: SandboxOrg) {
  return { orgId, name, features: { multiCurrency, defaultCurrencyIsoCode: currency, chatter: false } };
}
