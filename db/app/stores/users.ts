import type { AppDb } from '../context.ts';
import type { Role } from '../../../domain/permissions.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface User {
  id: string;
  /** `null` for the platform's own people. */
  companyId: string | null;
  name: string;
  email: string;
  /** E.164; where incidents are told. */
  phone: string | null;
  role: Role;
  createdAt: Date;
}

export interface UserStore {
  create(input: Omit<User, 'id' | 'createdAt'>, audit: By): Promise<User>;
  find(id: string): Promise<User | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<User>>;
  /** Oldest first. `companyId` `null`: the platform's own people. */
  withRole(companyId: string | null, role: Role): Promise<User[]>;
}

// BODY
export function userStore(_db: AppDb): UserStore {
  throw new Error('The store is not there yet.');
}
