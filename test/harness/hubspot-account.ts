/** The platform's app and accounts in the HubSpot sandbox. */
import { randomUUID } from 'node:crypto';
import type { OAuthClient } from '../../providers/oauth.ts';
import { allProviders } from '../../providers/registry.ts';
import type { SandboxControl } from './twilio-account.ts';

interface Scene {
  sandbox: SandboxControl;
  canaries: Set<string>;
}

/** Every provider's address in the sandbox. */
export const baseUrlsOf = (sandboxUrl: string) =>
  Object.fromEntries(allProviders().map(({ key }) => [key, `${sandboxUrl}/${key}`]));

/** The platform's app at a provider that asks for consent. */
export async function createOAuthApp({ sandbox, canaries }: Scene, providerKey: string, publicUrl: string): Promise<OAuthClient> {
  const client = { clientId: randomUUID(), clientSecret: randomUUID() };
  await sandbox.control(providerKey, 'createApp', { ...client, redirectUris: [`${publicUrl}/oauth/callback`] });
  canaries.add(client.clientSecret);
  return client;
}

export const createHubspotApp = (scene: Scene, publicUrl: string) => createOAuthApp(scene, 'hubspot', publicUrl);

export interface PortalOptions {
  lifetimeS?: number;
  rotation?: 'none' | 'strict';
  /** A private app's token for a look from outside. */
  privateToken?: string;
}

export async function createPortal(
  { sandbox }: Pick<Scene, 'sandbox'>,
  options: PortalOptions = {},
): Promise<{ portalId: number }> {
  return sandbox.control('hubspot', 'createPortal', { ...options });
}

/** What the sandbox says of a portal's consents: how often they were renewed, and how often a spent token came again. */
export interface GrantSeen {
  state: 'good' | 'revoked';
  scopes: string[];
  refreshes: number;
  reuses: number;
  revocations: number;
}
export const grantsOf = ({ sandbox }: Pick<Scene, 'sandbox'>, portalId: number) =>
  sandbox.control<GrantSeen[]>('hubspot', 'grants', { portalId });
