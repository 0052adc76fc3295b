import { isAllowed, lowerOf, type Permission } from '../domain/permissions.ts';
import type { Deps } from './deps.ts';
import type { Caller } from './locals.ts';

/** Whether whoever asked earlier may still do so: neither the key, the person nor the browser was taken out since. */
export async function isStillIn(
  { stores }: Pick<Deps, 'stores'>,
  { keyId, actor, session = null }: Pick<Caller, 'keyId' | 'actor'> & Partial<Pick<Caller, 'session'>>,
  permission: Permission,
): Promise<boolean> {
  const key = keyId === null ? null : await stores.apiKeys.find(keyId);
  if (keyId !== null && (!key || key.revokedAt || (key.expiresAt && key.expiresAt <= new Date()))) return false;
  if (session && !(await stores.sessions.isLive(session.id))) return false;
  const person = await stores.users.find(actor);
  if (person === null) return true;
  const role = key ? lowerOf(key.role, person.role) : person.role;
  return person.disabledAt === null && isAllowed(role, permission);
}
