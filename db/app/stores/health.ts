import type { ConnectionState } from '../../../domain/connection-state.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { RunCounts } from './runs.ts';

export interface HealthCheck {
  ok: boolean;
  latencyMs: number | null;
  code: FailureCode | null;
  sentence: string;
  at: Date;
}
export interface ConnectionHealth {
  connectionId: string;
  companyId: string;
  providerKey: string;
  label: string;
  state: ConnectionState;
  lastSuccessAt: Date | null;
  /** The newest check; `null` before the first. */
  check: HealthCheck | null;
}
/** Runs and records of one company and provider on one day (UTC), as they were counted when each run closed. */
export interface DaySummary {
  providerKey: string;
  /** `YYYY-MM-DD` */
  day: string;
  runs: { succeeded: number; failed: number; cancelled: number; skipped: number };
  records: RunCounts;
}

export interface HealthStore {
  record(input: Omit<HealthCheck, 'at'> & { connectionId: string; companyId: string }): Promise<void>;
  current(connectionId: string): Promise<HealthCheck | null>;
  /** Each connection with its newest check; disconnected ones are left out. */
  list(input: PageInput & { companyId?: string | undefined }): Promise<Page<ConnectionHealth>>;
  /** Days as `YYYY-MM-DD`, both included. */
  summaries(input: { companyId: string; from: string; to: string }): Promise<DaySummary[]>;
}

// BODY
export function healthStore(_db: AppDb): HealthStore {
  throw new Error('The store is not there yet.');
}
