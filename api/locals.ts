import type { ServerResponse } from 'node:http';
import type { SignInMethod } from '../db/app/stores/sessions.ts';
import type { Role } from '../domain/permissions.ts';

export interface Caller {
  /** `null` where a token or a session speaks for a person. */
  keyId: string | null;
  /** The browser that the person signed in with; `null` where a key or a token speaks. */
  session: { id: string; method: SignInMethod; ageMs: number } | null;
  /** What tells this portal link from others, where one speaks: it reads the portal and nothing else. */
  portalLink?: string;
  /** `null` for the platform's own keys, which reach every company. */
  companyId: string | null;
  role: Role;
  /** Who acts, as it stands in audit rows and histories: the person if it is a person's key or token, else the key. */
  actor: string;
  from: string | null;
}

/** What the handlers of one request have found out so far; `route`, `ids`, `outcome` and `error` go into its log line. */
export interface Locals {
  route: string;
  ids: Record<string, string>;
  outcome?: string;
  /** While traces are on. */
  traceId?: string;
  /** What went wrong on our side. */
  error?: unknown;
  caller: Caller;
  found: Record<string, unknown>;
  /** Whose things the request is about; `null` for the platform's. */
  companyId: string | null;
}

/** Express keeps what it finds here, so a request is described the same way whether Express answers it or not. */
export function localsOf(response: ServerResponse): Locals {
  const described = response as ServerResponse & { locals?: Locals };
  return (described.locals ??= {} as Locals);
}
