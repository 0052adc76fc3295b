import type { Transaction } from 'sequelize';
import type { Measured } from '../../../domain/metric-definition.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { databaseNow, plainDecimal, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { measure } from '../measure.ts';
import { newestSnapshot } from '../newest-snapshot.ts';
import type { By } from './audit.ts';

export interface Reconciliation {
  metricKey: MetricKey;
  manualValue: string;
  /** `null` when there was nothing to take a rate or a median of. */
  providerValue: string | null;
  /** Provider's value less the one entered by hand. */
  difference: string | null;
}

/** The newest value that was taken from the rows. */
export interface ShownValue {
  value: string | null;
  at: Date;
}

/** Values are decimal strings without trailing zeros. */
export interface MetricStore {
  /** By the database's clock. */
  now(): Promise<Date>;
  /** From canonical rows, over the metric's period that ends at `until`. */
  compute(connectionId: string, metricKey: MetricKey, until: Date): Promise<Measured>;
  /** From `from` on and before `until`. */
  computeBetween(connectionId: string, metricKey: MetricKey, from: Date, until: Date): Promise<Measured>;
  /** Of a connection, by metric. */
  shown(connectionId: string): Promise<Map<MetricKey, ShownValue>>;
  /** One baseline, which stays as it was first taken, and one current value for each day (UTC): a later one of the same day replaces it. */
  saveSnapshot(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    kind: 'baseline' | 'current';
    value: Measured['value'];
    currency?: Measured['currency'];
    leftOut?: Measured['leftOut'];
    at: Date;
    runId?: string | null | undefined;
  }): Promise<void>;
  /** Keeps a value entered by hand, not yet shown. Days as `YYYY-MM-DD`. */
  enterManual(
    input: {
      companyId: string;
      connectionId: string;
      metricKey: MetricKey;
      value: string;
      periodStart: string;
      periodEnd: string;
      reason: string;
    },
    audit: By,
  ): Promise<{ snapshotId: string }>;
  /** Shows it in place of what was shown. Repeatable. Throws `NotFound`. */
  activateManual(snapshotId: string): Promise<void>;
  discardManual(snapshotId: string): Promise<void>;
  /** Whether a value entered by hand is shown. */
  standsByHand(connectionId: string): Promise<boolean>;
  /**
   * The provider's value wins again: closes what was entered by hand and keeps the difference of each as a row. Repeating it with
   * the same `at` answers the same.
   */
  handBack(connectionId: string, at: Date): Promise<Reconciliation[]>;
  /** Newest first. */
  reconciliations(
    connectionId: string,
  ): Promise<(Reconciliation & { id: string; enteredBy: string; reason: string; at: Date })[]>;
}

export function metricStore(db: AppDb): MetricStore {
  const { sequelize } = db;

  return {
    now: () => databaseNow(sequelize),
    compute: (connectionId, metricKey, until) => measure(sequelize, { connectionId, metricKey, until }),

    computeBetween(connectionId, metricKey, from, until) {
      const [after, last] = [from, until].map((moment) => new Date(moment.getTime() - 1));
      return measure(sequelize, { connectionId, metricKey, from: after!, until: last! });
    },

    async shown(connectionId) {
      const rows = await select<ShownValue & { metricKey: MetricKey }>(
        sequelize,
        `SELECT shown.metric_key AS metricKey, shown.value, shown.taken_at AS \`at\`
         FROM metric_definitions metric
         JOIN metric_snapshots shown ON shown.id = ${newestSnapshot('current', ':connectionId', 'metric.metric_key')}`,
        { connectionId },
      );
      return new Map(
        rows.map(({ metricKey, value, at }) => [metricKey, { value: value === null ? null : plainDecimal(value), at }]),
      );
    },

    async saveSnapshot({ kind, at, currency = null, leftOut = 0, runId = null, ...input }) {
      const origin = kind === 'baseline' ? 'baseline' : at.toISOString().slice(0, 10);
      const later = `kind = 'current' AND VALUES(taken_at) >= taken_at`;
      const taken = ['value', 'currency', 'left_out', 'run_id'].map((name) => `${name} = IF(${later}, VALUES(${name}), ${name})`);
      await write(
        sequelize,
        `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, currency, left_out,
           taken_at, run_id)
         VALUES (:id, :companyId, :connectionId, :metricKey, :kind, :origin, 'active', :value, :currency, :leftOut, :at, :runId)
         ON DUPLICATE KEY UPDATE ${taken.join(', ')}, taken_at = IF(${later}, VALUES(taken_at), taken_at)`,
        { ...input, id: newId('snapshot'), kind, origin, currency, leftOut, at: sqlTime(at), runId },
      );
    },

    enterManual: ({ companyId, connectionId, metricKey, value, periodStart, periodEnd, reason }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const id = newId('snapshot');
        await write(
          sequelize,
          `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, period_start,
             period_end, taken_at, entered_by, reason)
           VALUES (:id, :companyId, :connectionId, :metricKey, 'manual', :id, 'pending', :value, :periodStart, :periodEnd, :now,
             :actor, :reason)`,
          {
            id,
            companyId,
            connectionId,
            metricKey,
            value,
            periodStart,
            periodEnd,
            now: sqlTime(new Date()),
            actor: audit.actor,
            reason: boundedSentence(reason),
          },
          transaction,
        );
        const facts = { detail: { connectionId, metricKey, periodStart, periodEnd }, after: { value, reason } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'metric.enter', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return { snapshotId: id };
      }),

    activateManual: (snapshotId) =>
      inTransaction(sequelize, async (transaction) => {
        const [row] = await select<{ state: string; companyId: string; connectionId: string; metricKey: string; actor: string }>(
          sequelize,
          `SELECT state, company_id AS companyId, connection_id AS connectionId, metric_key AS metricKey, entered_by AS actor
           FROM metric_snapshots
           WHERE id = :snapshotId AND kind = 'manual' FOR UPDATE`,
          { snapshotId },
          transaction,
        );
        if (!row) throw new NotFound('value entered by hand', snapshotId);
        if (row.state === 'discarded') throw new Conflict('The value was withdrawn: enter it again.');
        if (row.state !== 'pending') return;
        await write(
          sequelize,
          `UPDATE metric_snapshots SET state = 'closed'
           WHERE connection_id = :connectionId AND metric_key = :metricKey AND kind = 'manual' AND state = 'active'`,
          row,
          transaction,
        );
        await write(
          sequelize,
          `UPDATE metric_snapshots SET state = 'active' WHERE id = :snapshotId`,
          { snapshotId },
          transaction,
        );
        const { companyId, actor, connectionId, metricKey } = row;
        const detail = { connectionId, metricKey };
        await appendAudit(
          db,
          { companyId, actor, action: 'metric.show', subject: snapshotId, outcome: 'done', detail },
          transaction,
        );
      }),

    async discardManual(snapshotId) {
      await write(
        sequelize,
        `UPDATE metric_snapshots SET state = 'discarded' WHERE id = :snapshotId AND kind = 'manual' AND state = 'pending'`,
        { snapshotId },
      );
    },

    async standsByHand(connectionId) {
      const rows = await select(
        sequelize,
        `SELECT id FROM metric_snapshots WHERE connection_id = :connectionId AND kind = 'manual' AND state = 'active' LIMIT 1`,
        { connectionId },
      );
      return rows.length > 0;
    },

    handBack: (connectionId, at) =>
      inTransaction(sequelize, async (transaction) => {
        const active = await select<{ id: string; companyId: string; metricKey: MetricKey; value: string }>(
          sequelize,
          `SELECT id, company_id AS companyId, metric_key AS metricKey, value FROM metric_snapshots
           WHERE connection_id = :connectionId AND kind = 'manual' AND state = 'active' FOR UPDATE`,
          { connectionId },
          transaction,
        );
        for (const { id: snapshotId, companyId, metricKey, value } of active) {
          const { value: providerValue } = await measure(sequelize, { connectionId, metricKey, until: at }, transaction);
          await write(
            sequelize,
            `INSERT INTO metric_reconciliations (id, connection_id, snapshot_id, metric_key, manual_value, provider_value,
               difference, reconciled_at)
             VALUES (:id, :connectionId, :snapshotId, :metricKey, :value, :providerValue,
               CAST(:providerValue AS DECIMAL(20,8)) - CAST(:value AS DECIMAL(20,8)), :at)
             ON DUPLICATE KEY UPDATE snapshot_id = snapshot_id`,
            { id: newId('reconciliation'), connectionId, snapshotId, metricKey, value, providerValue, at: sqlTime(at) },
            transaction,
          );
          await write(
            sequelize,
            `UPDATE metric_snapshots SET state = 'closed' WHERE id = :snapshotId`,
            { snapshotId },
            transaction,
          );
          const facts = { detail: { connectionId, metricKey }, before: { value }, after: { value: providerValue } };
          await appendAudit(
            db,
            { companyId, actor: 'engine', action: 'metric.hand_back', subject: snapshotId, outcome: 'done', ...facts },
            transaction,
          );
        }
        const rows = await readReconciliations(connectionId, 'AND r.reconciled_at = :at', { at: sqlTime(at) }, transaction);
        return rows.map(({ metricKey, manualValue, providerValue, difference }) => ({
          metricKey,
          manualValue,
          providerValue,
          difference,
        }));
      }),

    reconciliations: (connectionId) => readReconciliations(connectionId),
  };

  async function readReconciliations(
    connectionId: string,
    condition = '',
    values: { at?: string } = {},
    transaction?: Transaction,
  ): ReturnType<MetricStore['reconciliations']> {
    const rows = await select<Awaited<ReturnType<MetricStore['reconciliations']>>[number]>(
      sequelize,
      `SELECT r.id, r.metric_key AS metricKey, r.manual_value AS manualValue, r.provider_value AS providerValue, r.difference,
         s.entered_by AS enteredBy, s.reason, r.reconciled_at AS \`at\`
       FROM metric_reconciliations r JOIN metric_snapshots s ON s.id = r.snapshot_id
       WHERE r.connection_id = :connectionId ${condition} ORDER BY r.id DESC`,
      { connectionId, ...values },
      transaction,
    );
    return rows.map((row) => ({
      ...row,
      manualValue: plainDecimal(row.manualValue),
      providerValue: row.providerValue === null ? null : plainDecimal(row.providerValue),
      difference: row.difference === null ? null : plainDecimal(row.difference),
    }));
  }
}
