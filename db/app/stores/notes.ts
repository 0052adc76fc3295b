import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface PortalNote {
  id: string;
  companyId: string;
  connectionId: string | null;
  /** At most 280 characters. */
  body: string;
  sourceLabel: string;
  /** First and last day that the note speaks of, `YYYY-MM-DD`. */
  from: string;
  until: string;
  /** The business action that the note points at. */
  action: string;
  createdAt: Date;
}

export interface NoteStore {
  create(input: Omit<PortalNote, 'id' | 'createdAt'>, audit: By): Promise<PortalNote>;
  list(input: PageInput & { companyId: string }): Promise<Page<PortalNote>>;
}

// BODY
export function noteStore(_db: AppDb): NoteStore {
  throw new Error('The store is not there yet.');
}
