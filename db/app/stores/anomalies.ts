import { forgivenForS, type Dismissal } from '../../../domain/anomaly-dismissal.ts';
import { levelAfterS } from '../../../domain/anomaly-episode.ts';
import type { Measure, Unusual } from '../../../domain/anomaly.ts';
import type { Slot } from '../../../domain/baseline.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { cutPage } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';
import { keepSamples, type Measured } from './baselines.ts';
import type { Transaction } from 'sequelize';

export interface Anomaly {
  id: string;
  companyId: string;
  connectionId: string;
  /** The stream, or `webhooks`. */
  subject: string;
  measure: Measure;
  side: 'high' | 'low';
  /** The latest unusual one. */
  value: number;
  usualFrom: number;
  usualTo: number;
  slot: Slot;
  sentence: string;
  repeats: number;
  usualInARow: number;
  firstAt: Date;
  lastAt: Date;
  decision: 'confirmed' | 'dismissed' | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
  /** `null` while it lasts. */
  endedAt: Date | null;
  endedAs: 'usual_again' | 'adopted' | 'dismissed' | 'disconnected' | null;
}
type MeasureRef = Measured & { measure: Measure };
type Seen = MeasureRef & { companyId: string; unusual: Unusual; slot: Slot; at: Date; sentence: string };

export interface AnomalyStore {
  /** The open ones of a stream, or of webhooks. */
  open(of: Measured): Promise<Map<Measure, Anomaly>>;
  /** What people dismissed lately. */
  dismissals(of: MeasureRef, now: Date): Promise<Dismissal[]>;
  /** Opens one, or brings the open one up to date. Repeatable: a moment that was judged is not counted again. */
  see(input: Seen): Promise<Anomaly>;
  /** A usual value while one is open. Repeatable. */
  calm(id: string, at: Date): Promise<void>;
  /** It is over. `adopted` forgets the baseline, so that how things are now is learned as the usual. Repeatable. */
  end(id: string, endedAs: 'usual_again' | 'adopted' | 'disconnected', at: Date): Promise<void>;
  find(id: string): Promise<Anomaly | null>;
  /** Newest first. */
  list(
    input: PageInput & { open?: boolean | undefined } & ({ connectionId: string } | { companyId: string }),
  ): Promise<Page<Anomaly>>;
  /**
   * `dismissed` takes its value into the baseline and ends it; where it has lasted for a day, the baseline is learned anew. `confirmed` leaves it open until the
   * values are usual again, and out of the baseline. Throws `NotFound`, and `Conflict` when it is decided already.
   */
  decide(id: string, input: { decision: 'confirmed' | 'dismissed'; reason: string }, audit: By): Promise<Anomaly>;
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

const columns = `id, company_id AS companyId, connection_id AS connectionId, subject, measure, side, value, usual_from AS usualFrom,
  usual_to AS usualTo, slot, sentence, repeats, usual_in_a_row AS usualInARow, first_at AS firstAt, last_at AS lastAt, decision,
  decided_by AS decidedBy, decided_at AS decidedAt, reason, ended_at AS endedAt, ended_as AS endedAs`;

export function anomalyStore(db: AppDb): AnomalyStore {
  const { sequelize } = db;
  const read = (where: string, values: object, transaction?: Transaction) =>
    select<Anomaly>(sequelize, `SELECT ${columns} FROM integration_anomalies WHERE ${where}`, { ...values }, transaction);
  const readOne = async (id: string): Promise<Anomaly | null> => (await read('id = :id', { id }))[0] ?? null;
  const forget = (of: MeasureRef, transaction: Transaction) =>
    write(
      sequelize,
      'DELETE FROM integration_baselines WHERE connection_id = :connectionId AND subject = :subject AND measure = :measure',
      { ...of },
      transaction,
    );

  return {
    async open({ connectionId, subject }) {
      const rows = await read('connection_id = :connectionId AND subject = :subject AND is_open = 1', { connectionId, subject });
      return new Map(rows.map((row) => [row.measure, row]));
    },

    async dismissals({ connectionId, subject, measure }, now) {
      const since = sqlTime(new Date(now.getTime() - forgivenForS * 1000));
      const rows = await read(
        `connection_id = :connectionId AND subject = :subject AND measure = :measure AND decision = 'dismissed' AND decided_at > :since`,
        { connectionId, subject, measure, since },
      );
      return rows.map(({ side, value, slot, decidedAt }) => ({ side, value, slot, at: seconds(decidedAt!) }));
    },

    async see({ connectionId, companyId, subject, measure, unusual, slot, at, sentence }) {
      const { side, value, usual } = unusual;
      const row = { connectionId, companyId, subject, measure, side, value, slot, sentence: boundedSentence(sentence) };
      const later = (column: string, then: string) => `${column} = IF(VALUES(last_at) > last_at, ${then}, ${column})`;
      const taken = ['side', 'value', 'usual_from', 'usual_to', 'slot', 'sentence'];
      await write(
        sequelize,
        `INSERT INTO integration_anomalies (id, company_id, connection_id, subject, measure, is_open, side, value, usual_from,
           usual_to, slot, sentence, first_at, last_at)
         VALUES (:id, :companyId, :connectionId, :subject, :measure, 1, :side, :value, :from, :to, :slot, :sentence, :at, :at)
         ON DUPLICATE KEY UPDATE ${taken.map((name) => later(name, `VALUES(${name})`)).join(', ')},
           ${later('repeats', 'repeats + 1')}, ${later('usual_in_a_row', '0')}, last_at = GREATEST(last_at, VALUES(last_at))`,
        { ...row, id: newId('anomaly'), from: usual[0], to: usual[1], at: sqlTime(at) },
      );
      const which = 'connection_id = :connectionId AND subject = :subject AND measure = :measure AND is_open = 1';
      return (await read(which, { connectionId, subject, measure }))[0]!;
    },

    async calm(id, at) {
      await write(
        sequelize,
        `UPDATE integration_anomalies SET usual_in_a_row = usual_in_a_row + 1, last_at = :at
         WHERE id = :id AND is_open = 1 AND last_at < :at`,
        { id, at: sqlTime(at) },
      );
    },

    end: (id, endedAs, at) =>
      inTransaction(sequelize, async (transaction) => {
        const [row] = await read('id = :id AND is_open = 1 FOR UPDATE', { id }, transaction);
        if (!row) return;
        await write(
          sequelize,
          'UPDATE integration_anomalies SET is_open = NULL, ended_at = :at, ended_as = :endedAs, last_at = :at WHERE id = :id',
          { id, endedAs, at: sqlTime(at) },
          transaction,
        );
        if (endedAs === 'adopted') await forget(row, transaction);
      }),

    find: readOne,

    async list({ open, cursor, limit, ...whose }) {
      const which = open === undefined ? '' : `AND is_open IS ${open ? 'NOT NULL' : 'NULL'}`;
      const rows = await read(
        `${'companyId' in whose ? 'company_id = :companyId' : 'connection_id = :connectionId'} ${which}
         ${cursor === undefined ? '' : 'AND id < :cursor'} ORDER BY id DESC LIMIT :limit`,
        { ...whose, cursor, limit: limit + 1 },
      );
      return cutPage(rows, limit, ({ id }) => id);
    },

    decide: (id, { decision, reason }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const [row] = await read('id = :id FOR UPDATE', { id }, transaction);
        if (!row) throw new NotFound('anomaly', id);
        if (row.decision) throw new Conflict(`The anomaly was ${row.decision} already.`);
        const now = new Date();
        const ends = decision === 'dismissed' && row.endedAt === null;
        await write(
          sequelize,
          `UPDATE integration_anomalies SET decision = :decision, decided_by = :actor, decided_at = :now, reason = :reason
             ${ends ? `, is_open = NULL, ended_at = :now, ended_as = 'dismissed'` : ''} WHERE id = :id`,
          { id, decision, actor: audit.actor, now: sqlTime(now), reason: boundedSentence(reason) },
          transaction,
        );
        const { companyId, connectionId, subject, measure, value, slot, sentence } = row;
        const isLevel = ends && seconds(row.lastAt) - seconds(row.firstAt) >= levelAfterS;
        if (isLevel) await forget(row, transaction);
        else if (decision === 'dismissed')
          await keepSamples(
            sequelize,
            { connectionId, subject, slot, at: row.lastAt, values: new Map([[measure, value]]) },
            transaction,
          );
        const facts = { detail: { connectionId, subject, measure, decision }, before: { sentence }, after: { reason } };
        const entry = { ...audit, companyId, action: 'anomaly.decide' as const, subject: id, outcome: 'done' as const, ...facts };
        await appendAudit(db, entry, transaction);
        return (await read('id = :id', { id }, transaction))[0]!;
      }),
  };
}
