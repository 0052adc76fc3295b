import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface Company {
  id: string;
  name: string;
  /** An IANA name, for example `America/Chicago`. */
  timeZone: string;
  parentCompanyId: string | null;
  createdAt: Date;
}

export interface CompanyStore {
  create(input: { name: string; timeZone: string; parentCompanyId?: string | null | undefined }, audit: By): Promise<Company>;
  find(id: string): Promise<Company | null>;
  /** With `companyId`, only that one. */
  list(input: PageInput & { companyId?: string | undefined }): Promise<Page<Company>>;
}

// BODY
export function companyStore(_db: AppDb): CompanyStore {
  throw new Error('The store is not there yet.');
}
