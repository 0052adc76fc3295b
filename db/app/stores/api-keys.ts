import type { AppDb } from '../context.ts';
import type { Role } from '../../../domain/permissions.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface ApiKey {
  id: string;
  companyId: string | null;
  label: string;
  role: Role;
  /** The public part, to tell keys apart. */
  prefix: string;
  createdAt: Date;
  revokedAt: Date | null;
}
export type Caller = Pick<ApiKey, 'id' | 'companyId' | 'role'> & { userId: string | null };

export interface ApiKeyStore {
  /** `key` is `lw_<prefix>_<secret>`. Only its SHA-256 is kept: it is shown here once and never again. */
  create(
    input: { companyId: string | null; role: Role; label: string; userId?: string | null | undefined },
    audit: By,
  ): Promise<{ id: string; key: string }>;
  /** `null` for a key that is unknown or revoked. */
  authenticate(key: string): Promise<Caller | null>;
  /** Whether it was in force until now. */
  revoke(id: string, audit: By): Promise<boolean>;
  find(id: string): Promise<ApiKey | null>;
  list(input: PageInput & { companyId: string | null }): Promise<Page<ApiKey>>;
  countActive(): Promise<number>;
}

// BODY
export function apiKeyStore(_db: AppDb): ApiKeyStore {
  throw new Error('The store is not there yet.');
}
