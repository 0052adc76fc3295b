import { mayBeGranted, type GrantedPermission } from '../domain/permissions.ts';
import type { Deps } from './deps.ts';
import type { Caller } from './locals.ts';

/** Whether this key or person was given, for this company, what no role has by itself. */
export async function isGranted(
  { stores }: Pick<Deps, 'stores'>,
  { role, keyId, actor }: Caller,
  permission: GrantedPermission,
  companyId: string,
): Promise<boolean> {
  if (!mayBeGranted(role, permission)) return false;
  return stores.grants.holds({ companyId, holders: keyId === null ? [actor] : [actor, keyId], permission });
}
