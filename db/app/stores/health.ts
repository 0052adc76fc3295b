import { connectionStates, schedulesRun, type ConnectionState } from '../../../domain/connection-state.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { type Page, type PageInput, cutPage } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { freshWithinS } from '../fresh-within.ts';
import type { RunCounts } from '../../../domain/run-verdict.ts';

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
  /** A last success that is older is too old. */
  freshWithinS: number;
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
  /** Of all companies, those that should deliver by themselves and whose last success is too old. */
  countStale(now: Date): Promise<number>;
  /** Days as `YYYY-MM-DD`, both included. */
  summaries(input: { companyId: string; from: string; to: string }): Promise<DaySummary[]>;
}

const within = freshWithinS('c.id', 's.policy');
const delivering = connectionStates.filter(schedulesRun);

const checkColumns = `h.ok, h.latency_ms AS latencyMs, h.code, h.sentence, h.checked_at AS \`at\``;

export function healthStore({ sequelize }: AppDb): HealthStore {
  return {
    record: ({ connectionId, companyId, ok, latencyMs, code, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const id = newId('healthCheck');
        await write(
          sequelize,
          `INSERT INTO integration_health_checks (id, connection_id, company_id, ok, latency_ms, code, sentence, checked_at)
           VALUES (:id, :connectionId, :companyId, :ok, :latencyMs, :code, :sentence, :now)`,
          {
            id,
            connectionId,
            companyId,
            ok: ok ? 1 : 0,
            latencyMs,
            code,
            sentence: boundedSentence(sentence),
            now: sqlTime(new Date()),
          },
          transaction,
        );
        await write(
          sequelize,
          'UPDATE integration_connections SET last_health_check_id = :id WHERE id = :connectionId',
          { id, connectionId },
          transaction,
        );
      }),

    async current(connectionId) {
      const [row] = await select<StoredCheck>(
        sequelize,
        `SELECT ${checkColumns} FROM integration_connections c
         JOIN integration_health_checks h ON h.id = c.last_health_check_id WHERE c.id = :connectionId`,
        { connectionId },
      );
      return row ? outgoing(row) : null;
    },

    async list({ companyId = null, cursor = null, limit }) {
      const rows = await select<StoredCheck & Omit<ConnectionHealth, 'check'>>(
        sequelize,
        `SELECT c.id AS connectionId, c.company_id AS companyId, c.provider_key AS providerKey, c.label, c.state,
           c.last_success_at AS lastSuccessAt, ${within} AS freshWithinS, ${checkColumns}
         FROM integration_connections c JOIN integration_settings s ON s.connection_id = c.id
         LEFT JOIN integration_health_checks h ON h.id = c.last_health_check_id
         WHERE c.state <> 'disconnected' AND (:companyId IS NULL OR c.company_id = :companyId) AND (:cursor IS NULL OR c.id < :cursor)
         ORDER BY c.id DESC LIMIT :limit`,
        { companyId, cursor, limit: limit + 1 },
      );
      const items = rows.map(
        ({ connectionId, companyId: company, providerKey, label, state, lastSuccessAt, freshWithinS: seconds, ...check }) => ({
          connectionId,
          companyId: company,
          providerKey,
          label,
          state,
          lastSuccessAt,
          freshWithinS: seconds,
          check: check.at === null ? null : outgoing(check),
        }),
      );
      return cutPage(items, limit, ({ connectionId }) => connectionId);
    },

    async countStale(now) {
      const [row] = await select<{ stale: number }>(
        sequelize,
        `SELECT COUNT(*) AS stale FROM integration_connections c JOIN integration_settings s ON s.connection_id = c.id
         WHERE c.state IN (:delivering)
           AND (c.last_success_at IS NULL OR TIMESTAMPDIFF(SECOND, c.last_success_at, :now) > ${within})`,
        { delivering, now: sqlTime(now) },
      );
      return row!.stale;
    },

    async summaries({ companyId, from, to }) {
      const rows = await select<SummaryRow>(
        sequelize,
        `SELECT provider_key AS providerKey, DATE_FORMAT(day, '%Y-%m-%d') AS day, runs_succeeded, runs_failed, runs_cancelled,
           runs_skipped, created, updated, unchanged, failed, duplicate, ignored
         FROM sync_status_summaries WHERE company_id = :companyId AND day BETWEEN :from AND :to ORDER BY day, provider_key`,
        { companyId, from, to },
      );
      return rows.map(({ providerKey, day, runs_succeeded, runs_failed, runs_cancelled, runs_skipped, ...records }) => ({
        providerKey,
        day,
        records,
        runs: { succeeded: runs_succeeded, failed: runs_failed, cancelled: runs_cancelled, skipped: runs_skipped },
      }));
    },
  };
}

type StoredCheck = Omit<HealthCheck, 'ok'> & { ok: number };
type SummaryRow = RunCounts &
  Pick<DaySummary, 'providerKey' | 'day'> &
  Record<'runs_succeeded' | 'runs_failed' | 'runs_cancelled' | 'runs_skipped', number>;

function outgoing({ ok, latencyMs, code, sentence, at }: StoredCheck): HealthCheck {
  return { ok: ok === 1, latencyMs, code, sentence, at };
}
