import { mayGive, type Role } from '../../../domain/permissions.ts';
import { ApiError } from '../../errors.ts';

/** Throws 403 unless `role` may be given: never one above the giver's own. */
export function checkGiven(giver: Role, role: Role): void {
  if (!mayGive(giver, role)) throw new ApiError(403, 'forbidden', `The role "${giver}" may not give the role "${role}".`);
}
