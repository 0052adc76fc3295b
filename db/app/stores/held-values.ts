import type { MetricKey } from '../../../domain/metrics.ts';
import type { Measured } from '../../../domain/metric-definition.ts';
import { Conflict } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { plainDecimal, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

/** A value that is not believed: the last good one is shown until a person accepts it, or a plausible one comes. */
export interface HeldValue {
  id: string;
  companyId: string;
  metricKey: MetricKey;
  value: string;
  currency: string | null;
  /** Why it is not believed. */
  sentence: string;
  /** When it was computed. */
  at: Date;
  /** `rejected`: a person has said that it is wrong; the last good value stays until a plausible one comes. */
  review: 'waiting' | 'rejected';
}

export interface HeldValueStore {
  /** One for each connection and metric: a later one takes the place of the one that waits. */
  hold(
    input: Measured & { companyId: string; connectionId: string; metricKey: MetricKey; sentence: string; at: Date },
  ): Promise<HeldValue>;
  /** Those of a connection. */
  list(connectionId: string): Promise<HeldValue[]>;
  /** A plausible value came. Repeatable. */
  release(id: string): Promise<void>;
  /**
   * Accepted: it is shown, and what comes is compared with it. Rejected: it is not asked about again while it lasts. Throws `Conflict`
   * when none waits.
   */
  decide(
    input: { connectionId: string; metricKey: MetricKey; decision: 'accepted' | 'rejected'; reason: string },
    audit: By,
  ): Promise<HeldValue>;
}

/** The unique origin of what is held: one for each connection and metric. What is over has its own id instead. */
const open = `kind = 'held' AND origin = 'open'`;
const columns = `id, company_id AS companyId, metric_key AS metricKey, value, currency, left_out AS leftOut, reason AS sentence,
  taken_at AS \`at\`, IF(state = 'active', 'waiting', 'rejected') AS review`;
type Row = Omit<HeldValue, 'value'> & { value: string; leftOut: number };

export function heldValueStore(db: AppDb): HeldValueStore {
  const { sequelize } = db;

  async function list(connectionId: string): Promise<HeldValue[]> {
    const sql = `SELECT ${columns} FROM metric_snapshots WHERE connection_id = :connectionId AND ${open} ORDER BY metric_key`;
    return (await select<Row>(sequelize, sql, { connectionId })).map(outgoing);
  }

  return {
    list,

    async hold({ at, sentence, ...input }) {
      await write(
        sequelize,
        `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, currency, left_out,
           taken_at, reason)
         VALUES (:id, :companyId, :connectionId, :metricKey, 'held', 'open', 'active', :value, :currency, :leftOut, :at, :sentence)
         ON DUPLICATE KEY UPDATE value = VALUES(value), currency = VALUES(currency), left_out = VALUES(left_out),
           taken_at = VALUES(taken_at), reason = VALUES(reason)`,
        { ...input, id: newId('snapshot'), at: sqlTime(at), sentence: boundedSentence(sentence) },
      );
      return (await list(input.connectionId)).find(({ metricKey }) => metricKey === input.metricKey)!;
    },

    async release(id) {
      await write(sequelize, `UPDATE metric_snapshots SET origin = id, state = 'closed' WHERE id = :id AND ${open}`, { id });
    },

    decide: ({ connectionId, metricKey, decision, reason }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const [row] = await select<Row>(
          sequelize,
          `SELECT ${columns} FROM metric_snapshots
           WHERE connection_id = :connectionId AND metric_key = :metricKey AND ${open} FOR UPDATE`,
          { connectionId, metricKey },
          transaction,
        );
        if (!row) throw new Conflict('No value of this metric waits for a review: list those that do.');
        const { id, companyId, value, currency, leftOut, at, sentence } = row;
        const isAccepted = decision === 'accepted';
        await write(
          sequelize,
          `UPDATE metric_snapshots SET state = :state, origin = IF(:isAccepted, id, origin), entered_by = :actor WHERE id = :id`,
          { id, state: isAccepted ? 'closed' : 'discarded', isAccepted, actor: audit.actor },
          transaction,
        );
        if (isAccepted)
          await write(
            sequelize,
            `INSERT INTO metric_snapshots (id, company_id, connection_id, metric_key, kind, origin, state, value, currency, left_out,
               taken_at)
             VALUES (:newId, :companyId, :connectionId, :metricKey, 'current', :day, 'active', :value, :currency, :leftOut, :at)
             ON DUPLICATE KEY UPDATE value = VALUES(value), currency = VALUES(currency), left_out = VALUES(left_out),
               taken_at = VALUES(taken_at)`,
            {
              newId: newId('snapshot'),
              companyId,
              connectionId,
              metricKey,
              day: at.toISOString().slice(0, 10),
              value,
              currency,
              leftOut,
              at: sqlTime(at),
            },
            transaction,
          );
        const facts = { detail: { connectionId, metricKey, decision }, before: { sentence }, after: { value, reason } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'metric.review', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return outgoing({ ...row, review: isAccepted ? 'waiting' : 'rejected' });
      }),
  };
}

function outgoing({ id, companyId, metricKey, value, currency, sentence, at, review }: Row): HeldValue {
  return { id, companyId, metricKey, value: plainDecimal(value), currency, sentence, at, review };
}
