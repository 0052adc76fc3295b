/** The control verbs: how tests and the demonstration set Pipedrive's scene. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { companyRef, dealVerbs } from './sandbox-control-deals.ts';
import { end } from './sandbox-oauth.ts';
import {
  addAccessToken,
  addGrant,
  findCompany,
  type SandboxCompany,
  type SandboxGrant,
  type SandboxWorld,
  userId,
} from './sandbox-state.ts';
import { basicHeader, newEventId, post, webhookBody } from './sandbox-webhooks.ts';

const appInput = z.strictObject({
  clientId: z.string().default(() => randomBytes(8).toString('hex')),
  clientSecret: z.string().default(() => randomUUID()),
  redirectUris: z.array(z.string()).default([]),
  scopes: z.array(z.string()).default(['base', 'deals:full', 'contacts:read', 'recents:read', 'users:read']),
});
const companyInput = z.strictObject({
  companyId: z
    .int()
    .positive()
    .default(() => randomInt(1_000_000, 9_999_999)),
  name: z.string().default('Sandbox company'),
  domain: z.string().optional(),
  apiToken: z.string().default(() => randomBytes(20).toString('hex')),
  isAdmin: z.boolean().default(true),
  lifetimeS: z.number().positive().default(3_600),
  /** Tokens of a day, and requests in two seconds. */
  budget: z.int().positive().default(10_000_000),
  burst: z.int().positive().default(1_000_000),
});
const grantInput = companyRef.extend({ clientId: z.string(), scopes: z.array(z.string()).optional() });
const userInput = companyRef.extend({ id: z.int(), name: z.string().default('User') });
const limitsInput = companyRef.extend({
  budgetLeft: z.int().nonnegative().optional(),
  burst: z.int().positive().optional(),
  isBlocked: z.boolean().optional(),
});
const webhookInput = companyRef.extend({
  url: z.string(),
  user: z.string(),
  password: z.string(),
  entity: z.enum(['deal', 'person']).default('deal'),
  entityId: z.int(),
  action: z.enum(['create', 'change', 'delete']).default('change'),
  id: z.string().default(newEventId),
  attempt: z.int().default(1),
  mergedToId: z.string().optional(),
  mergedFromId: z.string().optional(),
});

export function controlVerbs(world: SandboxWorld, stopped: () => AbortSignal): ProviderSandbox['control'] {
  const grantsOf = (input: unknown) => {
    const { companyId } = companyRef.parse(input);
    return world.grants.filter((grant) => grant.companyId === companyId);
  };
  return {
    ...dealVerbs(world),
    reset() {
      world.apps.clear();
      world.companies.clear();
      world.codes.clear();
      world.grants.length = 0;
    },
    createApp(input) {
      const app = appInput.parse(input);
      world.apps.set(app.clientId, app);
      return app;
    },
    createCompany(input) {
      const { domain, budget, burst, ...given } = companyInput.parse(input);
      const company = newCompany(given, domain ?? `sandbox-${given.companyId}`, budget, burst);
      world.companies.set(company.companyId, company);
      return { companyId: company.companyId, apiToken: company.apiToken, domain: company.domain };
    },
    /** A consent that was given before the story begins. */
    createGrant(input) {
      const { clientId, companyId, scopes } = grantInput.parse(input);
      const app = world.apps.get(clientId);
      if (!app) throw new Error('Create the app first.');
      const company = findCompany(world, companyId);
      const grant = addGrant(world, { clientId, companyId, scopes: scopes ?? app.scopes });
      const instanceUrl = `https://${company.domain}.pipedrive.com`;
      return { accessToken: addAccessToken(grant, company), refreshToken: grant.refreshToken, instanceUrl };
    },
    /** What became of a company's consents; no token is in it. */
    grants: (input) => grantsOf(input).map(described),
    /** The access tokens that are out end now, as if an hour had passed. */
    endAccessTokens(input) {
      for (const { accessTokens } of grantsOf(input)) for (const token of accessTokens) token.endsAtMs = Date.now();
    },
    /** Somebody uninstalls the app. */
    removeApp(input) {
      for (const grant of grantsOf(input)) end(grant);
    },
    createUser(input) {
      const { companyId, id, name } = userInput.parse(input);
      findCompany(world, companyId).users.push({ id, name, isActive: true });
    },
    /** Somebody leaves: their deals still name them. */
    deactivateUser(input) {
      const { companyId, id } = userInput.parse(input);
      for (const user of findCompany(world, companyId).users) if (user.id === id) user.isActive = false;
    },
    setLimits(input) {
      const { companyId, budgetLeft, burst, isBlocked } = limitsInput.parse(input);
      const company = findCompany(world, companyId);
      if (budgetLeft !== undefined) company.budget.used = company.budget.limit - budgetLeft;
      if (burst !== undefined) company.burst = { limit: burst, used: 0, startedMs: Date.now() };
      if (isBlocked !== undefined) company.isBlocked = isBlocked;
    },
    /** Tokens that were spent since the company was made. */
    spent: (input) => findCompany(world, companyRef.parse(input).companyId).budget.used,
    async sendWebhook(input) {
      const { companyId, url, user, password, ...told } = webhookInput.parse(input);
      const body = webhookBody(findCompany(world, companyId), told);
      return { status: await post(url, basicHeader(user, password), body, stopped()), id: told.id };
    },
  };
}

function newCompany(
  given: Pick<SandboxCompany, 'companyId' | 'name' | 'apiToken' | 'isAdmin' | 'lifetimeS'>,
  domain: string,
  budget: number,
  burst: number,
): SandboxCompany {
  const names = ['Qualified', 'Contact made', 'Demo scheduled', 'Proposal made', 'Negotiations started'];
  const inFirst = names.map((name, place) => ({ id: place + 1, name, pipelineId: 1, probability: (place + 1) * 15 }));
  const inSecond = ['Renewal due', 'Renewal offered'].map((name, place) => ({
    id: place + 11,
    name,
    pipelineId: 2,
    probability: 100,
  }));
  return {
    ...given,
    domain,
    isBlocked: false,
    budget: { limit: budget, used: 0 },
    burst: { limit: burst, used: 0, startedMs: 0 },
    pipelines: [
      { id: 1, name: 'Sales' },
      { id: 2, name: 'Renewals' },
    ],
    stages: [...inFirst, ...inSecond].map((stage) => ({ ...stage, isDeleted: false })),
    organizations: [],
    users: [{ id: userId, name: 'Sam Rivera', isActive: true }],
    deals: new Map(),
    persons: new Map(),
  };
}

function described({ id, clientId, scopes, state, refreshes, revocations }: SandboxGrant) {
  return { id, clientId, scopes, state, refreshes, revocations };
}
