import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';

export interface OptOut {
  address: string;
  state: 'out' | 'in';
  /** What told us: `keyword`, or the provider's refusal. */
  source: string;
  at: Date;
}

export interface OptOutStore {
  isOptedOut(connectionId: string, address: string): Promise<boolean>;
  /** The later word wins, in whatever order they arrive. */
  record(input: OptOut & { connectionId: string; companyId: string }): Promise<void>;
  /** By address; the cursor is the last address. */
  list(input: PageInput & { connectionId: string }): Promise<Page<OptOut>>;
}

// BODY
export function optOutStore(_db: AppDb): OptOutStore {
  throw new Error('The store is not there yet.');
}
