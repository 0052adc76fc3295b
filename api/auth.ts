import type { Request, RequestHandler, Response } from 'express';
import { standingOf, type Standing } from '../domain/company-tree.ts';
import type { Company } from '../db/app/stores/companies.ts';
import { isAllowed, isByGrant, mayActOn, mayDo, mayKnow, type Role } from '../domain/permissions.ts';
import { auditRequest } from './audit-request.ts';
import type { Deps } from './deps.ts';
import { ApiError, notFound } from './errors.ts';
import { isGranted } from './grants.ts';
import { localsOf, type Caller, type Locals } from './locals.ts';
import type { Route } from './route.ts';
import { signInBySession } from './sessions/sign-in-session.ts';
import { signIn } from './sign-in.ts';
import { findSubject, mayBeId, sharedSubjects, type SubjectName } from './subjects.ts';

/** Who calls, within the limits of their address and of their key or person. */
export function authenticate(deps: Deps): RequestHandler {
  const { limits } = deps;
  return async (request, response, next) => {
    const from = request.ip ?? null;
    const address = from ?? '';
    await limits.request(address);
    const authorization = request.get('authorization');
    await limits.signIn(address);
    const signingIn = authorization === undefined ? byBrowser(deps, request, response) : signIn(deps, authorization);
    const signedIn = await signingIn.catch(async (error: unknown) => {
      if (error instanceof ApiError && error.isFailedSignIn) await limits.signInFailed(address);
      throw error;
    });
    localsOf(response).caller = { ...signedIn, from };
    await limits.caller(signedIn.portalLink ?? signedIn.keyId ?? signedIn.actor);
    next();
  };
}

async function byBrowser(deps: Deps, request: Request, response: Response): Promise<Omit<Caller, 'from'>> {
  const signedIn = await signInBySession(deps, request, response);
  if (signedIn) return signedIn;
  const sentence = 'Sign in, or send an API key: "Authorization: Bearer lw_…".';
  throw new ApiError(401, 'unauthenticated', sentence, { isFailedSignIn: false });
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
    locals.companyId = caller.companyId;
    let standing: Standing = 'own';
    let isNamed = false;
    for (const name of route.subjects) {
      const sent = String(request.params[name]);
      const refuse = () => refuseUnknown(deps, route, locals, { name, sent });
      const subject = await findSubject(deps, name, sent);
      if (!subject) throw await refuse();
      if (subject.companyId !== 'shared') {
        // Two things in one path are of the same company, else the second is not what the path says.
        if (isNamed && subject.companyId !== locals.companyId) throw await refuse();
        isNamed = true;
        standing = await standingTo(deps, caller, subject.companyId);
        if (!mayKnow(caller.role, { standing, isCompany: name === 'companyId' })) throw await refuse();
        locals.companyId = subject.companyId;
      }
      locals.ids[name] = subject.id;
      locals.found[name.replace(/Id$|Key$/, '')] = subject.row;
    }
    const { companyId } = locals;
    const isBeyondLink = caller.portalLink !== undefined && route.permission !== 'portal.read';
    if (
      isBeyondLink ||
      (!mayDo(caller.role, route.permission, standing) && !(await holdsGrant(deps, caller, route, { companyId, standing })))
    ) {
      await auditRequest(deps, route, locals, { outcome: 'refused', detail: { role: caller.role } });
      throw new ApiError(403, 'forbidden', whyForbidden(caller, route));
    }
    const above = route.method === 'get' ? undefined : roleAbove(caller, locals.found);
    if (above) {
      await auditRequest(deps, route, locals, { outcome: 'refused', detail: { role: caller.role, above } });
      throw new ApiError(403, 'forbidden', `The role "${caller.role}" may not change a key or person with the role "${above}".`);
    }
    refuseClosed(route, locals.found);
    next();
  };
}

/** A company that is being erased, or was, can be read and nothing else. */
function refuseClosed({ method }: Route, { company }: Record<string, unknown>): void {
  if (method !== 'get' && (company as Company | undefined)?.closedAt)
    throw new ApiError(409, 'refused', 'The company is being erased, or was: nothing can be added to it. Look at its erasures.');
}

/**
 * Somebody who tries ids that are not theirs is to be found later, in their own company's chain and with nothing but what they sent.
 * What does not exist leaves the same entry as what is another company's: else one's own audit log would tell the two apart.
 */
async function refuseUnknown(
  deps: Deps,
  route: Route,
  { caller, ids, ...locals }: Locals,
  { name, sent }: { name: SubjectName; sent: string },
): Promise<ApiError> {
  const error = notFound(subjectWords[name]);
  if (!sharedSubjects.includes(name) && mayBeId(name, sent)) {
    const asked = { ...locals, caller, companyId: caller.companyId, ids: { ...ids, [name]: sent } };
    await auditRequest(deps, route, asked, { outcome: 'refused', detail: { code: error.code } });
  }
  return error;
}

/** The role of the key or person in the path, if it is above the caller's own. */
function roleAbove({ role }: Caller, found: Record<string, unknown>): Role | undefined {
  const named = [found['key'], found['user']] as ({ role: Role } | undefined)[];
  return named.find((holder) => holder && !mayActOn(role, holder.role))?.role;
}

/** A permission that no role has may have been given to this key or person, for this company. */
async function holdsGrant(
  deps: Deps,
  caller: Caller,
  { permission }: Route,
  { companyId, standing }: { companyId: string | null; standing: Standing },
): Promise<boolean> {
  return isByGrant(permission) && companyId !== null && standing === 'own' && isGranted(deps, caller, permission, companyId);
}

/** Asks for the companies above only where it matters: most callers speak of their own. */
async function standingTo({ stores }: Deps, caller: Caller, companyId: string | null): Promise<Standing> {
  const near = standingOf(caller.companyId, companyId, []);
  if (near === 'own' || companyId === null) return near;
  return standingOf(caller.companyId, companyId, await stores.companies.above(companyId));
}

function whyForbidden({ role, portalLink }: Caller, { permission }: Route): string {
  if (portalLink !== undefined) return 'This link shows the portal, and nothing else.';
  if (isAllowed(role, permission)) return `The permission ${permission} does not reach into the companies below your own.`;
  if (isByGrant(permission))
    return `No role may do this: an admin of the company grants ${permission}, with a reason and an end.`;
  return `The role "${role}" may not do this: it needs the permission ${permission}.`;
}

const subjectWords: Record<SubjectName, string> = {
  companyId: 'company',
  connectionId: 'connection',
  providerKey: 'provider',
  objectKey: 'kind of record',
  runId: 'sync run',
  replayId: 'replay',
  previewId: 'preview',
  dealId: 'deal',
  pushId: 'push',
  itemId: 'error queue item',
  deliveryId: 'message',
  templateId: 'template',
  incidentId: 'escalation',
  noteId: 'note',
  reportId: 'report',
  taskId: 'task',
  keyId: 'API key',
  userId: 'user',
  grantId: 'grant',
  erasureId: 'erasure',
  eventId: 'event',
  anomalyId: 'anomaly',
};
