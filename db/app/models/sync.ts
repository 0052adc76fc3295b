import type { Sequelize } from 'sequelize';
import type { RunCounts } from '../../../domain/run-verdict.ts';
import type { QueueItem } from '../stores/error-queue.ts';
import type { SyncJob } from '../stores/jobs.ts';
import type { SyncError, SyncRun } from '../stores/runs.ts';
import { column, named, table } from './table.ts';

export interface RunRow extends Omit<SyncRun, 'counts'>, RunCounts {}
export interface QueueRow extends Omit<QueueItem, 'rawEventId'> {
  openCause: string | null;
  rawEventId: number | null;
}

const { id, text, longText, number, time } = column;

export function syncModels(sequelize: Sequelize) {
  return {
    jobs: table<SyncJob>(sequelize, 'integration_sync_jobs', {
      id,
      connectionId: text,
      companyId: text,
      stream: text,
      object: text,
      cadenceS: named('cadence_s', number),
      cursor: named('next_cursor', longText),
      lastRunId: text,
      runningRunId: text,
    }),
    runs: table<RunRow>(sequelize, 'integration_sync_runs', {
      id,
      jobId: text,
      connectionId: text,
      companyId: text,
      workflowId: text,
      trigger: named('trigger_kind', text),
      mappingVersion: number,
      outcome: text,
      code: text,
      sentence: text,
      created: number,
      updated: number,
      unchanged: number,
      failed: number,
      duplicate: number,
      ignored: number,
      startedAt: time,
      finishedAt: time,
    }),
    runErrors: table<SyncError>(sequelize, 'integration_sync_errors', {
      id,
      runId: text,
      externalId: text,
      code: text,
      sentence: text,
      at: named('created_at', time),
    }),
    queue: table<QueueRow>(sequelize, 'integration_error_queue', {
      id,
      companyId: text,
      connectionId: text,
      kind: text,
      cause: text,
      openCause: text,
      code: text,
      sentence: text,
      state: text,
      attempts: number,
      mend: text,
      object: text,
      mappingVersion: number,
      reason: text,
      nextAttemptAt: time,
      rawEventId: number,
      deliveryId: text,
      runId: text,
      firstSeenAt: time,
      lastSeenAt: time,
      closedAt: time,
      closedBy: text,
      note: text,
    }),
  };
}
