/** What Salesforce would remember, in memory. */
import { randomBytes, randomUUID } from 'node:crypto';

export interface SandboxApp {
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  /** Public key of the certificate that signs assertions, in PEM; `null` when the app has none. */
  publicKey: string | null;
}

export interface SandboxStage {
  ApiName: string;
  MasterLabel: string;
  SortOrder: number;
  DefaultProbability: number;
  IsClosed: boolean;
  IsWon: boolean;
}

/** Times in milliseconds, of whole seconds. */
export interface SandboxOpportunity {
  id: string;
  name: string;
  stage: string;
  amount: number | null;
  closeDate: string;
  ownerId: string;
  contactId: string | null;
  currency: string;
  createdAt: number;
  changedAt: number;
  isDeleted: boolean;
}
export interface SandboxContact {
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  account: string | null;
  createdAt: number;
  changedAt: number;
  isDeleted: boolean;
  mergedInto: string | null;
}
/** A row for each change of stage, amount or close date. */
export interface SandboxStep {
  id: string;
  opportunityId: string;
  stage: string;
  amount: number | null;
  closeDate: string;
  at: number;
  by: string;
}

export interface SandboxOrg {
  orgId: string;
  name: string;
  /** Its own host, for example `acme.my.salesforce.com`. */
  host: string;
  organizationType: string;
  isSandbox: boolean;
  /** The user whom an assertion may be signed for. */
  username: string;
  multiCurrency: boolean;
  currency: string;
  /** Rows that one answer has at most: Salesforce may give fewer than were asked for. */
  rowsPerAnswerMax: number;
  lifetimeS: number;
  /** A session ends after so many calls, as if its time had come; `null`: by time alone. */
  sessionCallsMax: number | null;
  /** `strict`: each refresh token is good once, and a refresh ends the session before. */
  rotation: 'none' | 'strict';
  apiEnabled: boolean;
  calls: number;
  callsMax: number;
  /** What the user does not see, for example `Opportunity.Amount`. */
  hidden: string[];
  stages: SandboxStage[];
  users: SandboxUser[];
  opportunities: Map<string, SandboxOpportunity>;
  contacts: Map<string, SandboxContact>;
  steps: SandboxStep[];
  /** What left the recycle bin, or never lay in it. */
  erased: { object: string; id: string; at: number }[];
}

export interface SandboxUser {
  id: string;
  name: string;
  email: string;
  isActive: boolean;
  userType: string;
}

/** What one person consented to, or what an assertion was taken for, and what became of its tokens. */
export interface SandboxGrant {
  id: string;
  clientId: string;
  orgId: string;
  scopes: string[];
  state: 'good' | 'revoked';
  refreshToken: string | null;
  spentRefreshTokens: string[];
  sessions: { token: string; endsAtMs: number; calls: number }[];
  refreshes: number;
  /** How often a spent refresh token came again. */
  reuses: number;
  revocations: number;
}

export interface SandboxCode {
  clientId: string;
  orgId: string;
  redirectUri: string;
  scopes: string[];
  /** `null` when the app sent none. */
  challenge: string | null;
  endsAtMs: number;
}

/** The rest of a query: which rows, not what was in them. Good for the session that asked. */
export interface SandboxLocator {
  token: string;
  object: string;
  fields: string[];
  ids: string[];
}

export interface SandboxWorld {
  apps: Map<string, SandboxApp>;
  orgs: Map<string, SandboxOrg>;
  grants: SandboxGrant[];
  codes: Map<string, SandboxCode>;
  locators: Map<string, SandboxLocator>;
  /** Ids are counted, so that they grow. */
  lastId: number;
}

export const newWorld = (): SandboxWorld => ({
  apps: new Map(),
  orgs: new Map(),
  grants: [],
  codes: new Map(),
  locators: new Map(),
  lastId: 0,
});

/** 15 letters and digits, and 3 that check them. */
export function newId(world: SandboxWorld, prefix: string): string {
  world.lastId += 1;
  return `${prefix}${String(world.lastId).padStart(15 - prefix.length, '0')}AAA`;
}

export const wholeSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

export const newRefreshToken = (): string => `5Aep${randomBytes(40).toString('base64url')}`;

export function addGrant(
  world: SandboxWorld,
  { clientId, orgId, scopes }: Pick<SandboxGrant, 'clientId' | 'orgId' | 'scopes'>,
): SandboxGrant {
  const grant: SandboxGrant = {
    id: randomUUID(),
    clientId,
    orgId,
    scopes,
    state: 'good',
    refreshToken: scopes.includes('refresh_token') ? newRefreshToken() : null,
    spentRefreshTokens: [],
    sessions: [],
    refreshes: 0,
    reuses: 0,
    revocations: 0,
  };
  world.grants.push(grant);
  return grant;
}

export function addSession(grant: SandboxGrant, { orgId, lifetimeS }: SandboxOrg): string {
  const token = `${orgId.slice(0, 15)}!AQ${randomBytes(60).toString('base64url')}`;
  grant.sessions.push({ token, endsAtMs: Date.now() + lifetimeS * 1_000, calls: 0 });
  return token;
}
