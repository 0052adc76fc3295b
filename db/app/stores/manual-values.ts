import type { Transaction } from 'sequelize';
import { endTasks } from '../../../domain/manual-value.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { plainDecimal, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { notCompared } from '../newest-snapshot.ts';
import { handBack, readReconciliations, type Reconciled, type Reconciliation } from '../reconciliations.ts';
import { showInPeriods } from '../values-of-period.ts';
import type { By } from './audit.ts';

export interface NewManualValue {
  companyId: string;
  connectionId: string;
  metricKey: MetricKey;
  /** A decimal string. */
  value: string;
  /** `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
  reason: string;
  /** From when on it is not shown. */
  expiresAt: Date;
}

export interface ManualValue extends Omit<NewManualValue, 'expiresAt'> {
  id: string;
  enteredBy: string;
  at: Date;
  /** `null` when it was entered before there was an end. */
  expiresAt: Date | null;
  /** `ended`: its time is over, and the source is not back. */
  standing: 'shown' | 'ended';
}

/** A value by hand whose people should hear of its end. */
export interface EndingValue extends Pick<ManualValue, 'id' | 'companyId' | 'connectionId' | 'metricKey' | 'standing'> {
  expiresAt: Date;
  /** The connection's. */
  label: string;
}

/** What people enter in place of a provider's values. Rows of `metric_snapshots`. */
export interface ManualValueStore {
  /** Keeps a value, not yet shown. */
  enter(input: NewManualValue, audit: By): Promise<{ snapshotId: string }>;
  /** Shows them in place of what was shown, all or none. Repeatable. Throws `NotFound`, and `Conflict` for one that was withdrawn. */
  activate(snapshotIds: string[]): Promise<void>;
  discard(snapshotIds: string[]): Promise<void>;
  /** Those in force, the oldest first. */
  list(connectionId: string): Promise<ManualValue[]>;
  /** Whether the source's own value is awaited, to compare it with a person's. */
  standsByHand(connectionId: string): Promise<boolean>;
  /** A person takes them away before the source is back; it is compared all the same. Answers how many, and how many are still shown. */
  end(input: { connectionId: string; metricKeys: MetricKey[] | null }, audit: By): Promise<{ ended: string[]; shown: number }>;
  /**
   * The source's value wins again: closes what was entered by hand and keeps the difference of each period as a row. What is under review
   * is not the source's word yet, so that a person's stays until then. Repeating it with the same `at` answers the same.
   */
  handBack(connectionId: string, at: Date, actor: string): Promise<Reconciled[]>;
  /** Newest first. */
  reconciliations(connectionId: string): Promise<Reconciliation[]>;
  /** Values in force that end before this moment and whose people were not told: of the end to come, or of the end. */
  ending(before: Date): Promise<EndingValue[]>;
}

const isOver = 's.expires_at IS NOT NULL AND s.expires_at <= UTC_TIMESTAMP(3)';
const columns = `s.id, s.company_id AS companyId, s.connection_id AS connectionId, s.metric_key AS metricKey, s.value,
  CAST(s.period_start AS CHAR) AS periodStart, CAST(s.period_end AS CHAR) AS periodEnd, s.reason, s.expires_at AS expiresAt,
  s.entered_by AS enteredBy, s.taken_at AS \`at\`, IF(${isOver}, 'ended', 'shown') AS standing`;

export function manualValueStore(db: AppDb): ManualValueStore {
  const { sequelize } = db;

  return {
    enter: ({ reason, expiresAt, ...input }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const id = newId('snapshot');
        await write(
          sequelize,
          `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, period_start,
             period_end, taken_at, expires_at, entered_by, reason)
           VALUES (:id, :companyId, :connectionId, :metricKey, 'manual', :id, 'pending', :value, :periodStart, :periodEnd,
             UTC_TIMESTAMP(3), :expiresAt, :actor, :reason)`,
          { ...input, id, expiresAt: sqlTime(expiresAt), actor: audit.actor, reason: boundedSentence(reason) },
          transaction,
        );
        const { companyId, connectionId, metricKey, value, periodStart, periodEnd } = input;
        const detail = { connectionId, metricKey, periodStart, periodEnd, expiresAt: expiresAt.toISOString() };
        const entry = { companyId, action: 'metric.enter' as const, subject: id, outcome: 'done' as const, detail };
        await appendAudit(db, { ...audit, ...entry, after: { value, reason } }, transaction);
        return { snapshotId: id };
      }),

    activate: (snapshotIds) =>
      inTransaction(sequelize, async (transaction) => {
        for (const id of snapshotIds.toSorted()) await activate(id, transaction);
      }),

    async discard(snapshotIds) {
      await write(
        sequelize,
        `UPDATE metric_snapshots SET state = 'discarded' WHERE id IN (:snapshotIds) AND kind = 'manual' AND state = 'pending'`,
        { snapshotIds },
      );
    },

    async list(connectionId) {
      const sql = `SELECT ${columns} FROM metric_snapshots s
        WHERE s.connection_id = :connectionId AND s.kind = 'manual' AND s.state = 'active' ORDER BY s.id`;
      return (await select<ManualValue>(sequelize, sql, { connectionId })).map(plain);
    },

    async standsByHand(connectionId) {
      const sql = `SELECT s.id FROM metric_snapshots s WHERE s.connection_id = :connectionId AND ${notCompared('s')} LIMIT 1`;
      return (await select(sequelize, sql, { connectionId })).length > 0;
    },

    end: ({ connectionId, metricKeys }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const active = await select<ManualValue>(
          sequelize,
          `SELECT ${columns} FROM metric_snapshots s
           WHERE s.connection_id = :connectionId AND s.kind = 'manual' AND s.state = 'active' FOR UPDATE`,
          { connectionId },
          transaction,
        );
        const ended = active.filter(({ metricKey }) => metricKeys === null || metricKeys.includes(metricKey));
        for (const { id, companyId, metricKey, value } of ended) {
          await close(id, audit.actor, transaction);
          const facts = { detail: { connectionId, metricKey }, before: { value: plainDecimal(value) } };
          const entry = { companyId, action: 'metric.end' as const, subject: id, outcome: 'done' as const };
          await appendAudit(db, { ...audit, ...entry, ...facts }, transaction);
        }
        const shown = active.filter((value) => value.standing === 'shown' && !ended.includes(value)).length;
        return { ended: ended.map(({ id }) => id), shown };
      }),

    handBack: (connectionId, at, actor) => handBack(db, { connectionId, at, actor }),
    reconciliations: (connectionId) => readReconciliations(db, connectionId),

    async ending(before) {
      const told = Object.entries(endTasks).map(([standing, cause]) => `WHEN '${standing}' THEN '${cause}'`);
      const cause = `CASE IF(${isOver}, 'ended', 'shown') ${told.join(' ')} END`;
      return select(
        sequelize,
        `SELECT s.id, s.company_id AS companyId, s.connection_id AS connectionId, s.metric_key AS metricKey,
           s.expires_at AS expiresAt, IF(${isOver}, 'ended', 'shown') AS standing, c.label
         FROM metric_snapshots s JOIN integration_connections c ON c.id = s.connection_id AND c.state <> 'disconnected'
         WHERE s.kind = 'manual' AND s.state = 'active' AND s.expires_at < :before
           AND NOT EXISTS (SELECT 1 FROM admin_tasks t WHERE t.company_id = s.company_id AND t.subject = s.id AND t.cause = ${cause})
         ORDER BY s.expires_at LIMIT 200`,
        { before: sqlTime(before) },
      );
    },
  };

  async function activate(id: string, transaction: Transaction): Promise<void> {
    const sql = `SELECT s.state, ${columns} FROM metric_snapshots s WHERE s.id = :id AND s.kind = 'manual' FOR UPDATE`;
    const [row] = await select<ManualValue & { state: string }>(sequelize, sql, { id }, transaction);
    if (!row) throw new NotFound('value entered by hand', id);
    if (row.state === 'discarded') throw new Conflict('The value was withdrawn: enter it again.');
    if (row.state !== 'pending') return;
    // What was said of another period is compared too, when the source is back; of the same period, this is the last word.
    await write(
      sequelize,
      `UPDATE metric_snapshots SET ended_by = IF(period_start = :periodStart AND period_end = :periodEnd, NULL, :enteredBy),
         ended_at = IF(period_start = :periodStart AND period_end = :periodEnd, NULL, IF(state = 'active', UTC_TIMESTAMP(3), ended_at)),
         state = 'closed'
       WHERE connection_id = :connectionId AND metric_key = :metricKey AND kind = 'manual' AND state IN ('active', 'closed')
         AND (state = 'active' OR period_start = :periodStart AND period_end = :periodEnd)`,
      { ...row },
      transaction,
    );
    await write(sequelize, `UPDATE metric_snapshots SET state = 'active' WHERE id = :id`, { id }, transaction);
    await showInPeriods(sequelize, row, transaction);
    const { companyId, enteredBy: actor, connectionId, metricKey } = row;
    const entry = { companyId, actor, action: 'metric.show' as const, subject: id, outcome: 'done' as const };
    await appendAudit(db, { ...entry, detail: { connectionId, metricKey } }, transaction);
  }

  async function close(id: string, actor: string, transaction: Transaction): Promise<void> {
    const sql = `UPDATE metric_snapshots SET state = 'closed', ended_at = UTC_TIMESTAMP(3), ended_by = :actor WHERE id = :id`;
    await write(sequelize, sql, { id, actor }, transaction);
  }
}

const plain = (value: ManualValue): ManualValue => ({ ...value, value: plainDecimal(value.value) });
