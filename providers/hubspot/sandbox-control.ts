/** The control verbs: how tests and the demonstration set HubSpot's scene. */
import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { bulkVerbs } from './sandbox-bulk.ts';
import { crmVerbs } from './sandbox-crm-control.ts';
import { end } from './sandbox-oauth.ts';
import { addAccessToken, addGrant, type SandboxGrant, type SandboxWorld } from './sandbox-state.ts';
import { webhookVerbs } from './sandbox-webhooks.ts';

const appInput = z.strictObject({
  clientId: z.string().default(() => randomUUID()),
  clientSecret: z.string().default(() => randomUUID()),
  redirectUris: z.array(z.string()).default([]),
});
const portalInput = z.strictObject({
  portalId: z
    .int()
    .positive()
    .default(() => randomInt(10_000_000, 99_999_999)),
  label: z.string().default('Sandbox account'),
  accountType: z.enum(['STANDARD', 'SANDBOX', 'DEVELOPER_TEST', 'APP_DEVELOPER']).default('STANDARD'),
  privateToken: z.string().default(() => `pat-na1-${randomUUID()}`),
  lifetimeS: z.number().positive().default(1_800),
  rotation: z.enum(['none', 'strict']).default('none'),
});
const grantInput = z.strictObject({ clientId: z.string(), portalId: z.int(), scopes: z.array(z.string()).default(['oauth']) });
const portalRef = z.strictObject({ portalId: z.int() });

export function controlVerbs(world: SandboxWorld, signal: AbortSignal): ProviderSandbox['control'] {
  const grantsOf = (input: unknown) => {
    const { portalId } = portalRef.parse(input);
    return world.grants.filter((grant) => grant.portalId === portalId);
  };
  return {
    ...crmVerbs(world),
    ...bulkVerbs(world),
    ...webhookVerbs(world, signal),
    reset() {
      world.apps.clear();
      world.portals.clear();
      world.crms.clear();
      world.codes.clear();
      world.grants.length = 0;
    },
    createApp(input) {
      const app = appInput.parse(input);
      world.apps.set(app.clientId, app);
      return app;
    },
    createPortal(input) {
      const portal = portalInput.parse(input);
      world.portals.set(portal.portalId, portal);
      return portal;
    },
    /** A consent that was given before the story begins. */
    createGrant(input) {
      const given = grantInput.parse(input);
      const portal = world.portals.get(given.portalId);
      if (!portal || !world.apps.has(given.clientId)) throw new Error('Create the portal and the app first.');
      const grant = addGrant(world, given);
      return { accessToken: addAccessToken(grant, portal), refreshToken: grant.refreshToken, lifetimeS: portal.lifetimeS };
    },
    /** What became of a portal's consents; no token is in it. */
    grants: (input) => grantsOf(input).map(described),
    /** The access tokens that are out end now, as if a day had passed. */
    endAccessTokens(input) {
      for (const { accessTokens } of grantsOf(input)) for (const token of accessTokens) token.endsAtMs = Date.now();
    },
    /** Somebody removes the app from the account. */
    removeApp(input) {
      for (const grant of grantsOf(input)) end(grant);
    },
  };
}

function described({ id, clientId, scopes, state, refreshes, reuses, revocations }: SandboxGrant) {
  return { id, clientId, scopes, state, refreshes, reuses, revocations };
}
