/** Pipedrive's wire format over companies in memory: the API at the root and under each company's host, consents under `/oauth.pipedrive.com`. */
import type { ProviderSandbox, SandboxAnswer, SandboxRequest } from '../contract.ts';
import { controlVerbs } from './sandbox-control.ts';
import { listItems, listRecords } from './sandbox-lists.ts';
import { answerConsent, answerRevoke, answerToken, showConsent } from './sandbox-oauth.ts';
import { changeDeal } from './sandbox-write.ts';
import type { SandboxCompany, SandboxWorld } from './sandbox-state.ts';
import {
  apiError,
  blocked,
  changeJson,
  dealJson,
  html,
  json,
  limitHeaders,
  meJson,
  personJson,
  scopeMismatch,
  unauthorized,
  userJson,
} from './sandbox-wire.ts';

interface Route {
  method?: 'PATCH';
  path: RegExp;
  /** https://pipedrive.readme.io/docs/marketplace-scopes-and-permissions-explanations */
  scope: string;
  /** In tokens of the day's budget, as each endpoint's page says. https://developers.pipedrive.com/docs/api/v1 */
  cost: number;
  answer(company: SandboxCompany, query: URLSearchParams, id: number, body: string): SandboxAnswer;
}

const routes: Route[] = [
  {
    path: /^\/api\/v1\/users\/me$/,
    scope: 'base',
    cost: 2,
    answer: (company) => json(200, { success: true, data: meJson(company) }),
  },
  {
    path: /^\/api\/v1\/users$/,
    scope: 'users:read',
    cost: 20,
    answer: ({ users }) => json(200, { success: true, data: users.map(userJson) }),
  },
  {
    path: /^\/api\/v2\/deals$/,
    scope: 'deals:read',
    cost: 10,
    answer: (company, query) => listDeals(company, query, false),
  },
  {
    method: 'PATCH',
    path: /^\/api\/v2\/deals\/(\d+)$/,
    scope: 'deals:full',
    cost: 5,
    answer: (company, _query, id, body) => changeDeal(company, id, body),
  },
  {
    path: /^\/api\/v2\/deals\/archived$/,
    scope: 'deals:read',
    cost: 20,
    answer: (company, query) => listDeals(company, query, true),
  },
  {
    path: /^\/api\/v1\/deals\/(\d+)\/changelog$/,
    scope: 'recents:read',
    cost: 20,
    answer: ({ deals }, query, id) => {
      const deal = deals.get(id);
      return deal ? listItems(deal.changes.toReversed().map(changeJson), query) : apiError(404, 'Deal not found');
    },
  },
  {
    path: /^\/api\/v2\/persons$/,
    scope: 'contacts:read',
    cost: 10,
    answer: (company, query) =>
      listRecords(company.persons.values(), query, { archived: false, toJson: (person) => personJson(company, person) }),
  },
  {
    path: /^\/api\/v2\/organizations$/,
    scope: 'contacts:read',
    cost: 10,
    answer: ({ organizations }, query) => {
      const ids = query.get('ids')?.split(',').map(Number);
      return listItems(ids ? organizations.filter(({ id }) => ids.includes(id)) : organizations, query);
    },
  },
  {
    path: /^\/api\/v2\/pipelines$/,
    scope: 'deals:read',
    cost: 5,
    answer: ({ pipelines }, query) =>
      listItems(
        pipelines.map((each, place) => ({
          ...each,
          order_nr: place,
          is_deleted: false,
          is_deal_probability_enabled: each.id === 1,
        })),
        query,
      ),
  },
  {
    path: /^\/api\/v2\/stages$/,
    scope: 'deals:read',
    cost: 5,
    answer: ({ stages }, query) => {
      const inOrder = stages.map(({ id, name, pipelineId, probability, isDeleted }) => ({
        id,
        name,
        pipeline_id: pipelineId,
        order_nr: stages.filter((other) => other.pipelineId === pipelineId && other.id < id).length,
        deal_probability: probability,
        is_deleted: isDeleted,
      }));
      return listItems(inOrder, query);
    },
  },
];

const listDeals = (company: SandboxCompany, query: URLSearchParams, archived: boolean) =>
  listRecords(company.deals.values(), query, { archived, toJson: (deal) => dealJson(company, deal) });

export function createPipedriveSandbox(): ProviderSandbox {
  const world: SandboxWorld = { apps: new Map(), companies: new Map(), grants: [], codes: new Map() };
  let stop = new AbortController();
  return {
    key: 'pipedrive',
    answer(request) {
      const { method, path, query } = request;
      if (path === '/oauth.pipedrive.com/oauth/authorize' && method === 'GET') return showConsent(world, query);
      if (path === '/oauth.pipedrive.com/oauth/authorize/answer' && method === 'GET') return answerConsent(world, query);
      if (path === '/oauth.pipedrive.com/oauth/token' && method === 'POST') return answerToken(world, request);
      if (path === '/oauth.pipedrive.com/oauth/revoke' && method === 'POST') return answerRevoke(world, request);
      if (path.startsWith('/oauth.pipedrive.com/')) return html(404, 'Page not found', '');
      return answerApi(world, request);
    },
    refusals: {
      status429: ({ retryAfterS }) =>
        apiError(429, 'Request over limit', {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '2',
          ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
        }),
      status500: () => apiError(500, 'Internal Server Error'),
      revoked: unauthorized,
    },
    control: controlVerbs(world, () => stop.signal),
    close() {
      stop.abort();
      stop = new AbortController();
    },
  };
}

function answerApi(world: SandboxWorld, { method, path: asked, query, headers, body }: SandboxRequest): SandboxAnswer {
  const [, domain, path = asked] = /^\/([\w-]+)\.pipedrive\.com(\/.*)$/.exec(asked) ?? [];
  const found = authenticate(world, headers);
  if (!found) return unauthorized();
  const { company, scopes } = found;
  // A token of one company opens no other's host.
  if (domain !== undefined && domain !== company.domain) return unauthorized();
  const route = routes.find((candidate) => (candidate.method ?? 'GET') === method && candidate.path.test(path));
  if (!route) return apiError(404, 'Unknown method .');
  // `deals:full` holds `deals:read`.
  const isGranted = (scope: string) => scopes!.some((own) => own === scope || own === scope.replace(/:read$/, ':full'));
  if (scopes && !isGranted(route.scope)) return scopeMismatch();
  const refused = spend(company, route.cost);
  if (refused) return refused;
  const answer = route.answer(company, query, Number(route.path.exec(path)![1]), body);
  return { ...answer, headers: { ...limitHeaders(company), ...answer.headers } };
}

/** Counts the call; the answer when a limit is over. */
function spend(company: SandboxCompany, cost: number): SandboxAnswer | null {
  const { budget, burst } = company;
  if (company.isBlocked) return blocked();
  if (Date.now() - burst.startedMs >= 2_000) Object.assign(burst, { startedMs: Date.now(), used: 0 });
  if (burst.used >= burst.limit) return apiError(429, 'Request over limit', limitHeaders(company));
  burst.used += 1;
  if (budget.used + cost > budget.limit) {
    budget.used = budget.limit;
    return apiError(429, 'Daily API token limit reached', limitHeaders(company));
  }
  budget.used += cost;
  return null;
}

/** `scopes` is absent for a person's own token, which may do what the person may. */
function authenticate(
  world: SandboxWorld,
  headers: SandboxRequest['headers'],
): { company: SandboxCompany; scopes?: string[] } | undefined {
  const own = headers['x-api-token'];
  if (own !== undefined) {
    const company = [...world.companies.values()].find(({ apiToken }) => apiToken === own);
    return company && { company };
  }
  const token = /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  const grant = world.grants.find(({ accessTokens }) =>
    accessTokens.some((known) => known.token === token && known.endsAtMs > Date.now()),
  );
  return grant && { company: world.companies.get(grant.companyId)!, scopes: grant.scopes };
}
