import type { CanonicalObject } from '../../../domain/records.ts';
import type { AppDb } from '../context.ts';

export interface SyncJob {
  id: string;
  connectionId: string;
  companyId: string;
  stream: string;
  object: CanonicalObject;
  /** Seconds between scheduled runs. */
  cadenceS: number;
  /** Where the next page starts; `null` before the first. */
  cursor: string | null;
  lastRunId: string | null;
  runningRunId: string | null;
}

export interface JobStore {
  /** One row for each stream of the connection; an existing one takes the new cadence and keeps its cursor. Repeatable. */
  ensure(connectionId: string, jobs: { stream: string; object: CanonicalObject; cadenceS: number }[]): Promise<SyncJob[]>;
  list(connectionId: string): Promise<SyncJob[]>;
  find(id: string): Promise<SyncJob | null>;
}

// BODY
export function jobStore(_db: AppDb): JobStore {
  throw new Error('The store is not there yet.');
}
