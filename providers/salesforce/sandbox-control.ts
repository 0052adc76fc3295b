/** The control verbs: how tests and the demonstration set Salesforce's scene. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { end } from './sandbox-oauth.ts';
import { recordVerbs } from './sandbox-records.ts';
import { addGrant, addSession, newId, newWorld, type SandboxGrant, type SandboxOrg, type SandboxWorld } from './sandbox-state.ts';

const appInput = z.strictObject({
  clientId: z.string().default(() => `3MVG9${randomBytes(40).toString('base64url')}`),
  clientSecret: z.string().default(() => randomBytes(32).toString('hex').toUpperCase()),
  redirectUris: z.array(z.string()).default([]),
  publicKey: z.string().nullable().default(null),
});
const changeable = {
  multiCurrency: z.boolean(),
  currency: z.string().length(3),
  rowsPerAnswerMax: z.int().positive(),
  lifetimeS: z.number().positive(),
  sessionCallsMax: z.int().positive().nullable(),
  rotation: z.enum(['none', 'strict']),
  apiEnabled: z.boolean(),
  calls: z.int().nonnegative(),
  callsMax: z.int().nonnegative(),
  hidden: z.array(z.string()),
};
const orgInput = z.strictObject({
  name: z.string().default('Sandbox org'),
  host: z
    .string()
    .regex(/^[\w-]+\.my\.salesforce\.com$/)
    .default(() => `org-${randomUUID().slice(0, 8)}.my.salesforce.com`),
  organizationType: z.string().default('Enterprise Edition'),
  isSandbox: z.boolean().default(false),
  username: z.string().default(() => `sync-${randomUUID().slice(0, 8)}@example.com`),
  ...changeable,
  multiCurrency: changeable.multiCurrency.default(false),
  currency: changeable.currency.default('USD'),
  rowsPerAnswerMax: changeable.rowsPerAnswerMax.default(2_000),
  lifetimeS: changeable.lifetimeS.default(7_200),
  sessionCallsMax: changeable.sessionCallsMax.default(null),
  rotation: changeable.rotation.default('none'),
  apiEnabled: changeable.apiEnabled.default(true),
  calls: changeable.calls.default(0),
  callsMax: changeable.callsMax.default(100_000),
  hidden: changeable.hidden.default([]),
});
const grantInput = z.strictObject({
  clientId: z.string(),
  orgId: z.string(),
  scopes: z.array(z.string()).default(['api', 'refresh_token']),
});
const userInput = z.strictObject({ orgId: z.string(), id: z.string(), name: z.string().default('User') });
const orgRef = z.object({ orgId: z.string() });
const orgChange = z.strictObject(changeable).partial().extend(orgRef.shape);

/** As a new org has them. https://help.salesforce.com/s/articleView?id=sf.opp_stages.htm */
const usualStages: SandboxOrg['stages'] = [
  ['Prospecting', 10, 'open'],
  ['Qualification', 20, 'open'],
  ['Proposal/Price Quote', 75, 'open'],
  ['Closed Won', 100, 'won'],
  ['Closed Lost', 0, 'lost'],
].map(([name, probability, kind], place) => ({
  ApiName: name as string,
  MasterLabel: name as string,
  SortOrder: place + 1,
  DefaultProbability: probability as number,
  IsClosed: kind !== 'open',
  IsWon: kind === 'won',
}));

/** The one who is at work, and somebody of a portal. */
const usualUsers = (): SandboxOrg['users'] => [
  { id: '005000000000001AAA', name: 'Sam Rivera', email: 'sam@example.com', isActive: true, userType: 'Standard' },
  { id: '005000000000009AAA', name: 'Portal Guest', email: 'guest@example.com', isActive: true, userType: 'CspLitePortal' },
];

export function controlVerbs(world: SandboxWorld): ProviderSandbox['control'] {
  const orgOf = (input: unknown): SandboxOrg => {
    const { orgId } = orgRef.parse(input);
    const org = world.orgs.get(orgId);
    if (!org) throw new Error('Create the org first.');
    return org;
  };
  const grantsOf = (input: unknown) => {
    const { orgId } = orgOf(input);
    return world.grants.filter((grant) => grant.orgId === orgId);
  };
  return {
    reset() {
      Object.assign(world, newWorld());
    },
    createApp(input) {
      const app = appInput.parse(input);
      world.apps.set(app.clientId, app);
      return app;
    },
    createOrg(input) {
      const told = orgInput.parse(input);
      const orgId = newId(world, '00D');
      const stages = structuredClone(usualStages);
      world.orgs.set(orgId, {
        ...told,
        orgId,
        stages,
        users: usualUsers(),
        opportunities: new Map(),
        contacts: new Map(),
        steps: [],
        erased: [],
      });
      return { orgId, ...told, instanceUrl: `https://${told.host}` };
    },
    setOrg(input) {
      const { orgId: _, ...change } = orgChange.parse(input);
      Object.assign(orgOf(input), change);
    },
    /** A consent that was given before the story begins. */
    createGrant(input) {
      const given = grantInput.parse(input);
      const org = orgOf(given);
      const grant = addGrant(world, given);
      const instanceUrl = `https://${org.host}`;
      return { accessToken: addSession(grant, org), refreshToken: grant.refreshToken, instanceUrl, lifetimeS: org.lifetimeS };
    },
    /** What became of an org's consents; no token is in it. */
    grants: (input) => grantsOf(input).map(described),
    /** The sessions that are open end now. */
    endAccessTokens(input) {
      for (const { sessions } of grantsOf(input)) for (const session of sessions) session.endsAtMs = Date.now();
    },
    /** Somebody blocks the app in the org. */
    removeApp(input) {
      for (const grant of grantsOf(input)) end(grant);
    },
    createUser(input) {
      const user = userInput.parse(input);
      orgOf(input).users.push({ id: user.id, name: user.name, email: 'user@example.com', isActive: true, userType: 'Standard' });
    },
    /** Somebody leaves: their opportunities still name them. */
    deactivateUser(input) {
      const { id } = userInput.parse(input);
      for (const user of orgOf(input).users) if (user.id === id) user.isActive = false;
    },
    /** The rest of every query is forgotten, as if a day had passed. */
    expireLocators() {
      world.locators.clear();
    },
    ...recordVerbs(world, orgOf),
  };
}

function described({ id, clientId, scopes, state, refreshes, reuses, revocations }: SandboxGrant) {
  return { id, clientId, scopes, state, refreshes, reuses, revocations };
}
