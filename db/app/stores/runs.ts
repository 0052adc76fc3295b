import type { FailureCode } from '../../../domain/failure.ts';
import type { Streak } from '../../../domain/thresholds.ts';
import type { RunCounts, RunOutcome } from '../../../domain/run-verdict.ts';
import { NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { firstId, newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { Op, type Sequelize, type Transaction } from 'sequelize';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { notCompared } from '../newest-snapshot.ts';
import type { RunRow } from '../models/sync.ts';
import { pageOf, plain } from '../models/table.ts';

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
export type OpenRunAnswer =
  { opened: true; runId: string } | { opened: false; holder: { runId: string; workflowId: string; startedAt: Date } };

export interface RunStore {
  /**
   * Opens a run and takes the job's one place, in one transaction. Repeating it for the same workflow answers the same run.
   * Throws `NotFound` for an unknown job.
   */
  open(input: { jobId: string; workflowId: string; trigger: RunTrigger }): Promise<OpenRunAnswer>;
  /**
   * Frees the job's place and counts the run into its day's summary, in one transaction. Repeatable: the first close wins, and
   * `first` tells whether this was it.
   */
  close(
    runId: string,
    input: { outcome: RunOutcome; code?: FailureCode | undefined; sentence?: string | undefined },
  ): Promise<SyncRun & { first: boolean }>;
  /** The runs that hold their job's place. */
  underWay(connectionIds: string[]): Promise<SyncRun[]>;
  find(runId: string): Promise<SyncRun | null>;
  /**
   * Whether a run that succeeded is what everybody expects: the job's run before it succeeded too, and the connection has nothing to
   * recover from (its state, an open incident, a value entered by hand).
   */
  isRoutine(runId: string): Promise<boolean>;
  /** Failed runs since the last good one of any job, and since the connection was resumed. */
  streak(connectionId: string): Promise<Streak>;
  /** When the job's last good run before this one began. */
  goodBefore(runId: string): Promise<Date | null>;
  list(input: PageInput & { connectionId: string; jobId?: string | undefined }): Promise<Page<SyncRun>>;
  errors(runId: string, input: PageInput): Promise<Page<SyncError>>;
  /** How many ended well or badly, by connection and day (UTC), oldest first; days without any are left out. */
  byDay(connectionIds: string[], since: Date): Promise<Map<string, RunsOfDay[]>>;
}
export interface RunsOfDay {
  /** `YYYY-MM-DD` */
  day: string;
  succeeded: number;
  failed: number;
  /** Records that these runs took over, and that they could not. */
  records: { created: number; updated: number; failed: number };
}

export function runStore({ sequelize, models }: AppDb): RunStore {
  const { jobs, runs, runErrors } = models;
  return {
    open: ({ jobId, workflowId, trigger }) =>
      inTransaction(sequelize, async (transaction): Promise<OpenRunAnswer> => {
        const job = await jobs.findByPk(jobId, { transaction, lock: true });
        if (!job) throw new NotFound('sync job', jobId);
        const own = await runs.findOne({ where: { jobId, workflowId }, transaction });
        if (own) return { opened: true, runId: plain(own).id };
        const { runningRunId, connectionId, companyId } = plain(job);
        const holder = runningRunId && (await runs.findByPk(runningRunId, { transaction }));
        if (holder) {
          const { workflowId: held, startedAt } = plain(holder);
          return { opened: false, holder: { runId: runningRunId, workflowId: held, startedAt } };
        }
        const runId = newId('run');
        await runs.create(
          { id: runId, jobId, connectionId, companyId, workflowId, trigger, startedAt: new Date() },
          { transaction },
        );
        await job.update({ runningRunId: runId }, { transaction });
        return { opened: true, runId };
      }),

    close: (runId, { outcome, code, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const known = await runs.findByPk(runId, { transaction });
        if (!known) throw new NotFound('sync run', runId);
        // Job first, run second: the same order as everywhere, so that opening and closing never wait for each other.
        const job = await jobs.findByPk(plain(known).jobId, { transaction, lock: true });
        const run = (await runs.findByPk(runId, { transaction, lock: true }))!;
        if (plain(run).outcome !== null) return { ...outgoingRun(plain(run)), first: false };
        const finished = { outcome, code: code ?? null, sentence: sentence ? boundedSentence(sentence) : null };
        await run.update({ ...finished, finishedAt: new Date() }, { transaction });
        const { runningRunId } = plain(job!);
        await job!.update({ lastRunId: runId, runningRunId: runningRunId === runId ? null : runningRunId }, { transaction });
        await countIntoDay(sequelize, plain(run), transaction);
        return { ...outgoingRun(plain(run)), first: true };
      }),

    async underWay(connectionIds) {
      const held = await jobs.findAll({ where: { connectionId: connectionIds, runningRunId: { [Op.ne]: null } } });
      const rows = await runs.findAll({ where: { id: held.map((job) => plain(job).runningRunId!) }, order: [['id', 'ASC']] });
      return rows.map((row) => outgoingRun(plain(row)));
    },

    async streak(connectionId) {
      const [row] = await select<{ failures: number; since: Date | null }>(
        sequelize,
        `SELECT COUNT(*) AS failures, MIN(r.finished_at) AS since FROM integration_sync_runs r
         JOIN integration_connections c ON c.id = r.connection_id
         WHERE r.connection_id = :connectionId AND r.outcome = 'failed' AND (c.resumed_at IS NULL OR r.started_at >= c.resumed_at)
           AND r.id > COALESCE((SELECT MAX(good.id) FROM integration_sync_runs good
             WHERE good.connection_id = :connectionId AND good.outcome = 'succeeded'), '')`,
        { connectionId },
      );
      return { failures: row!.failures, sinceMs: row!.since?.getTime() ?? null };
    },
    async find(runId) {
      const row = await runs.findByPk(runId);
      return row && outgoingRun(plain(row));
    },
    async isRoutine(runId) {
      const rows = await select(
        sequelize,
        `SELECT 1 AS routine FROM integration_sync_runs r JOIN integration_connections c ON c.id = r.connection_id
         WHERE r.id = :runId AND c.state = 'active'
           AND (SELECT b.outcome FROM integration_sync_runs b
                WHERE b.connection_id = r.connection_id AND b.job_id = r.job_id AND b.id < r.id
                  AND b.outcome IN ('succeeded', 'failed') ORDER BY b.id DESC LIMIT 1) = 'succeeded'
           AND NOT EXISTS (SELECT 1 FROM escalations WHERE connection_id = c.id AND open_cause IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM metric_snapshots s WHERE s.connection_id = c.id AND ${notCompared('s')})`,
        { runId },
      );
      return rows.length > 0;
    },
    async goodBefore(runId) {
      const [row] = await select<{ startedAt: Date }>(
        sequelize,
        `SELECT b.started_at AS startedAt FROM integration_sync_runs r JOIN integration_sync_runs b
           ON b.connection_id = r.connection_id AND b.job_id = r.job_id AND b.id < r.id AND b.outcome = 'succeeded'
         WHERE r.id = :runId ORDER BY b.id DESC LIMIT 1`,
        { runId },
      );
      return row?.startedAt ?? null;
    },
    async list({ connectionId, jobId, ...page }) {
      const { items, nextCursor } = await pageOf(runs, { connectionId, jobId }, page);
      return { items: items.map(outgoingRun), nextCursor };
    },
    errors: (runId, page) => pageOf(runErrors, { runId }, page),

    async byDay(connectionIds, since) {
      if (connectionIds.length === 0) return new Map();
      // By the day on which they began, which their ids tell: so the connections' index finds them.
      const rows = await select<DayRow>(
        sequelize,
        `SELECT connection_id AS connectionId, DATE_FORMAT(started_at, '%Y-%m-%d') AS day,
           SUM(outcome = 'succeeded') AS succeeded, SUM(outcome = 'failed') AS failed,
           SUM(created) AS created, SUM(updated) AS updated, SUM(integration_sync_runs.failed) AS failedRecords
         FROM integration_sync_runs WHERE connection_id IN (:connectionIds) AND id > :first AND outcome IN ('succeeded', 'failed')
         GROUP BY connection_id, day ORDER BY connection_id, day`,
        { connectionIds, first: firstId('run', since) },
      );
      const byConnection = Map.groupBy(rows, ({ connectionId }) => connectionId);
      return new Map([...byConnection].map(([id, days]) => [id, days.map(counted)]));
    },
  };
}

interface DayRow extends Record<'succeeded' | 'failed' | 'created' | 'updated' | 'failedRecords', string> {
  connectionId: string;
  day: string;
}
/** Sums come as text. */
const counted = ({ day, succeeded, failed, created, updated, failedRecords }: DayRow): RunsOfDay => ({
  day,
  succeeded: Number(succeeded),
  failed: Number(failed),
  records: { created: Number(created), updated: Number(updated), failed: Number(failedRecords) },
});

export function outgoingRun({ created, updated, unchanged, failed, duplicate, ignored, ...run }: RunRow): SyncRun {
  return { ...run, counts: { created, updated, unchanged, failed, duplicate, ignored } };
}

async function countIntoDay(sequelize: Sequelize, run: RunRow, transaction: Transaction): Promise<void> {
  const columns = [`runs_${run.outcome!}`, 'created', 'updated', 'unchanged', 'failed', 'duplicate', 'ignored'];
  await write(
    sequelize,
    `INSERT INTO sync_status_summaries (company_id, provider_key, day, ${columns.join(', ')})
     SELECT company_id, provider_key, :day, 1, :created, :updated, :unchanged, :failed, :duplicate, :ignored
     FROM integration_connections WHERE id = :connectionId
     ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = sync_status_summaries.${name} + VALUES(${name})`).join(', ')}`,
    { ...run, day: run.finishedAt!.toISOString().slice(0, 10) },
    transaction,
  );
}
