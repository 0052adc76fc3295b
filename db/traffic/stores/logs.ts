import type { Page, PageInput } from '../../page.ts';
import type { TrafficDb } from '../context.ts';

/** One call of a provider's API, redacted by the caller. */
export interface ApiCallLog {
  connectionId: string;
  companyId: string;
  providerKey: string;
  at: Date;
  method: string;
  /** Without query values, phone numbers and secrets. */
  path: string;
  /** `null` when no whole answer came. */
  status: number | null;
  latencyMs: number;
  /** `refused` is a whole answer with status 400 or above; `cancelled` is our own doing. */
  outcome: 'ok' | 'refused' | 'timeout' | 'connection' | 'truncated' | 'cancelled';
  note: string | null;
}

export interface LogStore {
  append(rows: ApiCallLog[]): Promise<void>;
  /** Newest first. */
  list(input: PageInput & { connectionId: string }): Promise<Page<ApiCallLog & { id: string }>>;
}

// BODY
export function logStore(_db: TrafficDb): LogStore {
  throw new Error('The store is not there yet.');
}
