import type { RequestHandler, Response } from 'express';
import { isAllowed, type Role } from '../domain/permissions.ts';
import type { Deps } from './deps.ts';
import { ApiError, notFound } from './errors.ts';
import type { Route } from './route.ts';
import { findSubject, type SubjectName } from './subjects.ts';

export interface Caller {
  keyId: string;
  /** `null` for the platform's own keys, which reach every company. */
  companyId: string | null;
  role: Role;
  /** Who acts, as it stands in audit rows and histories: the user if the key is a person's, else the key. */
  actor: string;
  from: string | null;
}

/** What the handlers of one request have found out so far; `route`, `ids` and `outcome` go into its log line. */
export interface Locals {
  route: string;
  ids: Record<string, string>;
  outcome?: string;
  caller: Caller;
  found: Record<string, unknown>;
}
export const localsOf = (response: Response) => response.locals as Locals;

export function authenticate(deps: Deps): RequestHandler {
  return async (request, response, next) => {
    const key = /^Bearer (lw_[A-Za-z0-9_-]{1,200})$/.exec(request.get('authorization') ?? '')?.[1];
    const found = key ? await deps.stores.apiKeys.authenticate(key) : null;
    if (!found)
      throw new ApiError(401, 'unauthenticated', 'Send a valid API key: "Authorization: Bearer lw_…". It may have been revoked.');
    localsOf(response).caller = {
      keyId: found.id,
      companyId: found.companyId,
      role: found.role,
      actor: found.userId ?? found.id,
      from: request.ip ?? null,
    };
    next();
  };
}

/**
 * First whether the caller may know of what the path names (404 when not, whatever the caller's role), then whether the role may
 * do this (403, and a row in the audit log).
 */
export function authorize(deps: Deps, route: Route): RequestHandler {
  return async (request, response, next) => {
    const locals = localsOf(response);
    const { caller } = locals;
    locals.ids = {};
    locals.found = {};
    let companyId = caller.companyId;
    for (const name of route.subjects) {
      const subject = await findSubject(deps, name, String(request.params[name]));
      if (!subject || !mayKnow(caller, subject.companyId)) throw notFound(subjectWords[name]);
      locals.ids[name] = subject.id;
      locals.found[name.replace(/Id$|Key$/, '')] = subject.row;
      if (subject.companyId !== 'shared') companyId = subject.companyId;
    }
    if (!isAllowed(caller.role, route.permission)) {
      await deps.stores.audit.append({
        companyId,
        actor: caller.actor,
        action: route.permission,
        subject: Object.values(locals.ids).at(-1) ?? route.path,
        outcome: 'refused',
        detail: { method: route.method, route: route.path, role: caller.role },
        from: caller.from,
      });
      throw new ApiError(
        403,
        'forbidden',
        `The role "${caller.role}" may not do this: it needs the permission ${route.permission}.`,
      );
    }
    next();
  };
}

function mayKnow(caller: Caller, companyId: string | null): boolean {
  return caller.companyId === null || companyId === 'shared' || companyId === caller.companyId;
}

const subjectWords: Record<SubjectName, string> = {
  companyId: 'company',
  connectionId: 'connection',
  providerKey: 'provider',
  runId: 'sync run',
  itemId: 'error queue item',
  deliveryId: 'message',
  templateId: 'template',
  incidentId: 'escalation',
  taskId: 'task',
  keyId: 'API key',
};
