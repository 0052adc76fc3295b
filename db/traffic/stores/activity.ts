import type { Page, PageInput } from '../../page.ts';
import type { TrafficDb } from '../context.ts';

/** What happened for a client, in the client's words. */
export interface ClientActivity {
  companyId: string;
  connectionId: string;
  at: Date;
  kind: string;
  /** At most 280 characters; no phone number, no message body. */
  sentence: string;
  /** The id of what it is about; the same subject and kind is kept once. */
  subject: string;
}

export interface ActivityStore {
  append(rows: ClientActivity[]): Promise<void>;
  /** Newest first. */
  list(input: PageInput & { companyId: string }): Promise<Page<ClientActivity & { id: string }>>;
}

// BODY
export function activityStore(_db: TrafficDb): ActivityStore {
  throw new Error('The store is not there yet.');
}
