import type { FailureCode } from '../../../domain/failure.ts';
import type { RunOutcome } from '../../../domain/run-verdict.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';

export interface RunCounts {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  duplicate: number;
  ignored: number;
}
export interface SyncRun {
  id: string;
  jobId: string;
  connectionId: string;
  companyId: string;
  workflowId: string;
  trigger: RunTrigger;
  startedAt: Date;
  finishedAt: Date | null;
  /** `null` while it is under way. */
  outcome: RunOutcome | null;
  code: FailureCode | null;
  sentence: string | null;
  mappingVersion: number | null;
  counts: RunCounts;
}
export type RunTrigger = 'schedule' | 'manual' | 'onboarding';
export interface SyncError {
  id: string;
  runId: string;
  /** `null` when the record's id could not be read. */
  externalId: string | null;
  code: FailureCode;
  sentence: string;
  at: Date;
}
export type OpenRunAnswer = { opened: true; runId: string } | { opened: false; holder: { runId: string; workflowId: string } };

export interface RunStore {
  /**
   * Opens a run and takes the job's one place, in one transaction. Repeating it for the same workflow answers the same run.
   * Throws `NotFound` for an unknown job.
   */
  open(input: { jobId: string; workflowId: string; trigger: RunTrigger }): Promise<OpenRunAnswer>;
  /** Frees the job's place and counts the run into its day's summary, in one transaction. Repeatable: the first close wins. */
  close(
    runId: string,
    input: { outcome: RunOutcome; code?: FailureCode | undefined; sentence?: string | undefined },
  ): Promise<SyncRun>;
  find(runId: string): Promise<SyncRun | null>;
  list(input: PageInput & { connectionId: string; jobId?: string | undefined }): Promise<Page<SyncRun>>;
  errors(runId: string, input: PageInput): Promise<Page<SyncError>>;
}

// BODY
export function runStore(_db: AppDb): RunStore {
  throw new Error('The store is not there yet.');
}
