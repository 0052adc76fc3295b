import type { Sequelize } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import type { RunOutcome } from '../../../domain/run-verdict.ts';
import { column, named, table } from './table.ts';

export interface JobRow {
  id: string;
  connectionId: string;
  companyId: string;
  stream: string;
  object: CanonicalObject;
  cadenceS: number;
  cursor: string | null;
  lastRunId: string | null;
  runningRunId: string | null;
}
export interface RunRow {
  id: string;
  jobId: string;
  connectionId: string;
  companyId: string;
  workflowId: string;
  trigger: 'schedule' | 'manual' | 'onboarding';
  mappingVersion: number | null;
  outcome: RunOutcome | null;
  code: FailureCode | null;
  sentence: string | null;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  duplicate: number;
  ignored: number;
  startedAt: Date;
  finishedAt: Date | null;
}
export interface RunErrorRow {
  id: string;
  runId: string;
  externalId: string | null;
  code: FailureCode;
  sentence: string;
  at: Date;
}
export interface QueueRow {
  id: string;
  companyId: string;
  connectionId: string;
  kind: 'record' | 'event' | 'delivery' | 'push';
  cause: string;
  openCause: string | null;
  code: FailureCode;
  sentence: string;
  state: 'pending' | 'retrying' | 'dead' | 'resolved' | 'ignored';
  attempts: number;
  rawEventId: number | null;
  deliveryId: string | null;
  runId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  note: string | null;
}

const { id, text, longText, number, time } = column;

export function syncModels(sequelize: Sequelize) {
  return {
    jobs: table<JobRow>(sequelize, 'integration_sync_jobs', {
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
    runErrors: table<RunErrorRow>(sequelize, 'integration_sync_errors', {
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
