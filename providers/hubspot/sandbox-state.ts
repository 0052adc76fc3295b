/** What HubSpot would remember, in memory. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { SandboxCrm } from './sandbox-crm.ts';

export interface SandboxApp {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
}

export interface SandboxPortal {
  portalId: number;
  label: string;
  accountType: 'STANDARD' | 'SANDBOX' | 'DEVELOPER_TEST' | 'APP_DEVELOPER';
  /** The token of its private app. */
  privateToken: string;
  /** Seconds that an access token lives. https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide */
  lifetimeS: number;
  /** `strict`: in the manner of Xero and QuickBooks, each refresh token is good once, and one that comes again ends the whole grant. */
  rotation: 'none' | 'strict';
}

/** What one person consented to, and what became of its tokens. */
export interface SandboxGrant {
  id: string;
  clientId: string;
  portalId: number;
  scopes: string[];
  state: 'good' | 'revoked';
  refreshToken: string;
  spentRefreshTokens: string[];
  accessTokens: { token: string; endsAtMs: number }[];
  /** How often new tokens were given out for a refresh token. */
  refreshes: number;
  /** How often a spent refresh token came again. */
  reuses: number;
  revocations: number;
}

export interface SandboxCode {
  code: string;
  clientId: string;
  portalId: number;
  redirectUri: string;
  scopes: string[];
  /** `null` when the app sent none. */
  challenge: string | null;
  endsAtMs: number;
}

export interface SandboxWorld {
  apps: Map<string, SandboxApp>;
  portals: Map<number, SandboxPortal>;
  /** What is in each portal, from when it is first asked for. */
  crms: Map<number, SandboxCrm>;
  grants: SandboxGrant[];
  codes: Map<string, SandboxCode>;
}

export const newAccessToken = (): string => `CL${randomBytes(90).toString('base64url')}`;
export const newRefreshToken = (): string => `na1-${randomUUID()}`;

export function addGrant(
  world: SandboxWorld,
  { clientId, portalId, scopes }: Pick<SandboxGrant, 'clientId' | 'portalId' | 'scopes'>,
): SandboxGrant {
  const grant: SandboxGrant = {
    id: randomUUID(),
    clientId,
    portalId,
    scopes,
    state: 'good',
    refreshToken: newRefreshToken(),
    spentRefreshTokens: [],
    accessTokens: [],
    refreshes: 0,
    reuses: 0,
    revocations: 0,
  };
  world.grants.push(grant);
  return grant;
}

export function addAccessToken(grant: SandboxGrant, { lifetimeS }: SandboxPortal): string {
  const token = newAccessToken();
  grant.accessTokens.push({ token, endsAtMs: Date.now() + lifetimeS * 1_000 });
  return token;
}
