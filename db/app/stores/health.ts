import { connectionStates, schedulesRun, type ConnectionState } from '../../../domain/connection-state.ts';
import type { HealthFacts } from '../../../domain/health.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import type { LimitName, SaidLimit } from '../../../domain/headroom.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { type Page, type PageInput, cutPage } from '../../page.ts';
import { elapsedMs, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { freshWithinS } from '../fresh-within.ts';
import type { RunCounts } from '../../../domain/run-verdict.ts';

export interface HealthCheck {
  /** What found it: a run, or a cheap real call of its own. */
  kind: 'run' | 'probe';
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
  /** Runs and probes, by what they said of the connection. */
  checks: { ok: number; failed: number };
  circuitsOpened: number;
}

export interface SeenQuota {
  connectionId: string;
  companyId: string;
  name: LimitName;
  limit: number;
  remaining: number;
}
/** What the rows tell of a connection beside its state, its checks and its circuit. */
export type VitalFacts = Pick<HealthFacts, 'runs' | 'quota' | 'token' | 'queue' | 'cards'>;

export interface HealthStore {
  sawQuota(seen: SeenQuota): Promise<void>;
  /** Of connections of one company. */
  vitals(input: { companyId: string; connectionIds: string[]; now: Date }): Promise<Map<string, VitalFacts>>;

  /** Counted into the day's summary. */
  record(input: Omit<HealthCheck, 'at'> & { connectionId: string; companyId: string }): Promise<void>;
  /**
   * Connections that should deliver and that nothing was checked of for `checkAfterMs`: each is handed out to one caller, who makes a
   * real call.
   */
  claimChecks(input: { limit: number; checkAfterMs: number }): Promise<string[]>;
  /** Deletes checks that are older, but not a connection's newest; answers how many. */
  forgetBefore(before: Date): Promise<number>;
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

const agoMs = 'UTC_TIMESTAMP(3) - INTERVAL :checkAfterMs * 1000 MICROSECOND';
const inMs = 'UTC_TIMESTAMP(3) + INTERVAL :checkAfterMs * 1000 MICROSECOND';

const checkColumns = `h.kind, h.ok, h.latency_ms AS latencyMs, h.code, h.sentence, h.checked_at AS \`at\``;

/** Each finds its rows by the connections' or the company's index. */
const vitalQueries = {
  runs: `SELECT connection_id AS connectionId, SUM(outcome = 'succeeded') AS succeeded, SUM(outcome = 'failed') AS failed
    FROM integration_sync_runs WHERE company_id = :companyId AND finished_at > :since AND connection_id IN (:connectionIds) GROUP BY connection_id`,
  quota: `SELECT connection_id AS connectionId, quota_name AS name, quota_limit AS \`limit\`, quota_remaining AS remaining, quota_at AS \`at\`
    FROM integration_vitals WHERE connection_id IN (:connectionIds) AND quota_limit IS NOT NULL AND quota_at > :since`,
  token: `SELECT connection_id AS connectionId, lost_reason AS lostReason, -(${elapsedMs('expires_at')}) AS endsInMs
    FROM integration_tokens WHERE connection_id IN (:connectionIds) AND state = 'active'`,
  queue: `SELECT connection_id AS connectionId, COUNT(*) AS \`open\`, SUM(state = 'dead') AS dead
    FROM integration_error_queue WHERE company_id = :companyId AND state IN ('pending', 'retrying', 'dead')
      AND connection_id IN (:connectionIds) GROUP BY connection_id`,
  cards: `SELECT card.connection_id AS connectionId, COUNT(*) AS shown, SUM(NOT EXISTS (SELECT 1 FROM metric_snapshots snapshot
      WHERE snapshot.connection_id = card.connection_id AND snapshot.metric_key = card.metric_key
        AND snapshot.kind IN ('current', 'manual'))) AS \`empty\`
    FROM portal_cards card WHERE card.connection_id IN (:connectionIds) GROUP BY card.connection_id`,
};
const dayMs = 86_400_000;

export function healthStore({ sequelize }: AppDb): HealthStore {
  return {
    async sawQuota({ connectionId, companyId, name, limit, remaining }) {
      await write(
        sequelize,
        `INSERT INTO integration_vitals (connection_id, company_id, quota_name, quota_limit, quota_remaining, quota_at)
         VALUES (:connectionId, :companyId, :name, :limit, :remaining, UTC_TIMESTAMP(3))
         ON DUPLICATE KEY UPDATE quota_name = VALUES(quota_name), quota_limit = VALUES(quota_limit),
           quota_remaining = VALUES(quota_remaining), quota_at = VALUES(quota_at)`,
        { connectionId, companyId, name, limit, remaining },
      );
    },

    async vitals({ companyId, connectionIds, now }) {
      if (connectionIds.length === 0) return new Map();
      const values = { companyId, connectionIds, since: sqlTime(new Date(now.getTime() - dayMs)) };
      const read = async <Row extends object>(sql: string) => {
        const rows = await select<Row & { connectionId: string }>(sequelize, sql, values);
        return new Map(rows.map((row) => [row.connectionId, row]));
      };
      const runs = await read<{ succeeded: string; failed: string }>(vitalQueries.runs);
      const quotas = await read<Omit<SaidLimit, 'at'> & { at: Date }>(vitalQueries.quota);
      const tokens = await read<{ lostReason: string | null; endsInMs: number | null }>(vitalQueries.token);
      const queue = await read<{ open: number; dead: string }>(vitalQueries.queue);
      const cards = await read<{ shown: number; empty: string }>(vitalQueries.cards);
      return new Map(
        connectionIds.map((id): [string, VitalFacts] => {
          const [ran, quota, token, failed, card] = [runs.get(id), quotas.get(id), tokens.get(id), queue.get(id), cards.get(id)];
          return [
            id,
            {
              // Sums come as text.
              runs: { succeeded: Number(ran?.succeeded ?? '0'), failed: Number(ran?.failed ?? '0') },
              quota: quota
                ? { name: quota.name, limit: quota.limit, remaining: quota.remaining, at: quota.at.toISOString() }
                : null,
              token: token ? { lostReason: token.lostReason, endsInMs: token.endsInMs } : null,
              queue: { open: failed?.open ?? 0, dead: Number(failed?.dead ?? '0') },
              cards: { shown: card?.shown ?? 0, empty: Number(card?.empty ?? '0') },
            },
          ];
        }),
      );
    },

    record: ({ connectionId, companyId, kind, ok, latencyMs, code, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const id = newId('healthCheck');
        await write(
          sequelize,
          `INSERT INTO integration_health_checks (id, connection_id, company_id, kind, ok, latency_ms, code, sentence, checked_at)
           VALUES (:id, :connectionId, :companyId, :kind, :ok, :latencyMs, :code, :sentence, :now)`,
          {
            id,
            connectionId,
            companyId,
            kind,
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
        const column = ok ? 'checks_ok' : 'checks_failed';
        await write(
          sequelize,
          `INSERT INTO sync_status_summaries (company_id, provider_key, day, ${column})
           SELECT company_id, provider_key, UTC_DATE(), 1 FROM integration_connections WHERE id = :connectionId
           ON DUPLICATE KEY UPDATE ${column} = sync_status_summaries.${column} + 1`,
          { connectionId },
          transaction,
        );
      }),

    async claimChecks({ limit, checkAfterMs }) {
      const found = await select<{ id: string; companyId: string }>(
        sequelize,
        `SELECT c.id, c.company_id AS companyId FROM integration_connections c
         LEFT JOIN integration_health_checks h ON h.id = c.last_health_check_id
         LEFT JOIN integration_vitals v ON v.connection_id = c.id
         WHERE c.state IN (:delivering) AND (h.id IS NULL OR h.checked_at < ${agoMs})
           AND (v.next_check_at IS NULL OR v.next_check_at <= UTC_TIMESTAMP(3))
         ORDER BY c.id LIMIT :limit`,
        { delivering, limit, checkAfterMs },
      );
      const claimed: string[] = [];
      for (const { id: connectionId, companyId } of found) {
        const { affectedRows } = await write(
          sequelize,
          `INSERT INTO integration_vitals (connection_id, company_id, next_check_at) VALUES (:connectionId, :companyId, ${inMs})
           ON DUPLICATE KEY UPDATE next_check_at =
             IF(next_check_at IS NULL OR next_check_at <= UTC_TIMESTAMP(3), VALUES(next_check_at), next_check_at)`,
          { connectionId, companyId, checkAfterMs },
        );
        // Nothing changes where another process was quicker.
        if (affectedRows > 0) claimed.push(connectionId);
      }
      return claimed;
    },

    async forgetBefore(before) {
      let deleted = 0;
      for (;;) {
        const { affectedRows } = await write(
          sequelize,
          `DELETE FROM integration_health_checks WHERE checked_at < :before
             AND id NOT IN (SELECT last_health_check_id FROM integration_connections WHERE last_health_check_id IS NOT NULL)
           ORDER BY checked_at LIMIT 1000`,
          { before: sqlTime(before) },
        );
        deleted += affectedRows;
        if (affectedRows < 1_000) return deleted;
      }
    },

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
           runs_skipped, checks_ok, checks_failed, circuits_opened, created, updated, unchanged, failed, duplicate, ignored
         FROM sync_status_summaries WHERE company_id = :companyId AND day BETWEEN :from AND :to ORDER BY day, provider_key`,
        { companyId, from, to },
      );
      return rows.map(({ providerKey, day, runs_succeeded, runs_failed, runs_cancelled, runs_skipped, ...row }) => {
        const { checks_ok, checks_failed, circuits_opened, ...records } = row;
        return {
          providerKey,
          day,
          records,
          checks: { ok: checks_ok, failed: checks_failed },
          circuitsOpened: circuits_opened,
          runs: { succeeded: runs_succeeded, failed: runs_failed, cancelled: runs_cancelled, skipped: runs_skipped },
        };
      });
    },
  };
}

type StoredCheck = Omit<HealthCheck, 'ok'> & { ok: number };
type SummaryRow = RunCounts &
  Pick<DaySummary, 'providerKey' | 'day'> &
  Record<
    'runs_succeeded' | 'runs_failed' | 'runs_cancelled' | 'runs_skipped' | 'checks_ok' | 'checks_failed' | 'circuits_opened',
    number
  >;

function outgoing({ kind, ok, latencyMs, code, sentence, at }: StoredCheck): HealthCheck {
  return { kind, ok: ok === 1, latencyMs, code, sentence, at };
}
