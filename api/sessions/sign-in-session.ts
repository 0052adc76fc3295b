import type { Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { Caller } from '../locals.ts';
import { clearSessionCookie, readSessionCookie, refuseOtherSites, setSessionCookie } from './cookie.ts';

const words = {
  unknown: 'You are signed out: sign in again.',
  over: 'You were signed out, because it has been a while: sign in again.',
  stolen: 'You were signed out, because an old cookie of yours was shown again, maybe by somebody else: sign in again.',
  disabled: 'This person was disabled: ask an admin.',
};

/** Whose browser this is; `null` where it shows no cookie. Gives it a new cookie when it is time. */
export async function signInBySession(
  deps: Pick<Deps, 'stores' | 'publicUrl'>,
  request: Request,
  response: Response,
): Promise<Omit<Caller, 'from'> | null> {
  const cookie = readSessionCookie(request, deps.publicUrl);
  if (cookie === undefined) return null;
  refuseOtherSites(request);
  const check = await deps.stores.sessions.authenticate(cookie);
  if ('refused' in check) {
    clearSessionCookie(response, deps.publicUrl);
    // A session that has ended is nobody's guess.
    const isFailedSignIn = check.refused === 'unknown' && cookie.length !== 43;
    throw new ApiError(401, 'unauthenticated', words[check.refused], { isFailedSignIn });
  }
  if (check.newToken !== null) setSessionCookie(response, deps.publicUrl, check.newToken);
  const { id, userId, companyId, role, method, ageMs } = check.session;
  return { keyId: null, session: { id, method, ageMs }, companyId, role, actor: userId };
}
