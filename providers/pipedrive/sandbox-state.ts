/** What Pipedrive would remember, in memory. Times are seconds since 1970, as fine as Pipedrive tells them. */
import { randomBytes, randomUUID } from 'node:crypto';

export interface SandboxApp {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  scopes: string[];
}

export interface SandboxChange {
  field_key: string;
  old_value: string | null;
  new_value: string | null;
  at: number;
}

export interface SandboxDeal {
  id: number;
  title: string;
  value: number;
  currency: string;
  personId: number | null;
  orgId: number | null;
  ownerId: number;
  stageId: number;
  status: 'open' | 'won' | 'lost';
  expectedCloseDate: string | null;
  isDeleted: boolean;
  isArchived: boolean;
  addedAt: number;
  updatedAt: number;
  stageChangedAt: number | null;
  wonAt: number | null;
  lostAt: number | null;
  /** Oldest first. */
  changes: SandboxChange[];
  /** Where it stood from when on, closed ones as `won` and `lost`: the truth that readers of the log are compared with. */
  steps: { at: number; stage: string }[];
}

export interface SandboxPerson {
  id: number;
  name: string;
  emails: { value: string; primary: boolean; label: string }[];
  phones: { value: string; primary: boolean; label: string }[];
  orgId: number | null;
  isDeleted: boolean;
  isArchived: false;
  addedAt: number;
  updatedAt: number;
}

export interface SandboxUser {
  id: number;
  name: string;
  isActive: boolean;
}

export interface SandboxCompany {
  companyId: number;
  name: string;
  domain: string;
  apiToken: string;
  isAdmin: boolean;
  /** Shut out by Cloudflare. */
  isBlocked: boolean;
  /** Seconds that an access token lives. */
  lifetimeS: number;
  /** Tokens of the day. https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting */
  budget: { limit: number; used: number };
  /** Requests in 2 s. */
  burst: { limit: number; used: number; startedMs: number };
  pipelines: { id: number; name: string }[];
  stages: { id: number; name: string; pipelineId: number; probability: number; isDeleted: boolean }[];
  organizations: { id: number; name: string }[];
  users: SandboxUser[];
  deals: Map<number, SandboxDeal>;
  persons: Map<number, SandboxPerson>;
}

/** What one person consented to, and what became of its tokens. */
export interface SandboxGrant {
  id: string;
  clientId: string;
  companyId: number;
  scopes: string[];
  state: 'good' | 'revoked';
  refreshToken: string;
  accessTokens: { token: string; endsAtMs: number }[];
  refreshes: number;
  revocations: number;
}

export interface SandboxCode {
  clientId: string;
  companyId: number;
  redirectUri: string;
  /** `null` when the app sent none. */
  challenge: string | null;
  endsAtMs: number;
}

export interface SandboxWorld {
  apps: Map<string, SandboxApp>;
  companies: Map<number, SandboxCompany>;
  grants: SandboxGrant[];
  codes: Map<string, SandboxCode>;
}

export const userId = 7_001;
export const nowS = (): number => Math.floor(Date.now() / 1_000);

export function findCompany(world: SandboxWorld, companyId: number): SandboxCompany {
  const company = world.companies.get(companyId);
  if (!company) throw new Error(`There is no company ${companyId}: create it with createCompany.`);
  return company;
}

export function addGrant(
  world: SandboxWorld,
  { clientId, companyId, scopes }: Pick<SandboxGrant, 'clientId' | 'companyId' | 'scopes'>,
): SandboxGrant {
  const grant: SandboxGrant = {
    id: randomUUID(),
    clientId,
    companyId,
    scopes,
    state: 'good',
    refreshToken: `${companyId}:${userId}:${randomBytes(20).toString('hex')}`,
    accessTokens: [],
    refreshes: 0,
    revocations: 0,
  };
  world.grants.push(grant);
  return grant;
}

export function addAccessToken(grant: SandboxGrant, { lifetimeS }: SandboxCompany): string {
  const token = `v1u:${randomBytes(60).toString('base64url')}`;
  grant.accessTokens.push({ token, endsAtMs: Date.now() + lifetimeS * 1_000 });
  return token;
}
