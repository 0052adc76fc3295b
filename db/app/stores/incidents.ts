import { Op } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import { NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { elapsedMs, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { IncidentRow } from '../models/people.ts';
import { pageOf, plain } from '../models/table.ts';

export type IncidentState = 'open' | 'acknowledged' | 'taken_over' | 'unanswered' | 'recovered' | 'resolved';
export interface Incident {
  id: string;
  companyId: string;
  connectionId: string;
  cause: FailureCode;
  sentence: string;
  state: IncidentState;
  openedAt: Date;
  lastSeenAt: Date;
  /** How often the same cause was told again while it was open. */
  repeats: number;
  acknowledgedBy: string | null;
  acknowledgedAt: Date | null;
  takenOverBy: string | null;
  takenOverAt: Date | null;
  closedAt: Date | null;
  note: string | null;
}
export interface IncidentAlert {
  id: string;
  rung: number;
  userId: string;
  channel: 'sms';
  state: AlertState;
  sentence: string | null;
  sentAt: Date | null;
}
export type AlertState = 'claimed' | 'sent' | 'failed';
export interface AlertClaim {
  alertId: string;
  first: boolean;
  /** Since the first claim, by the database's clock. */
  elapsedMs: number;
  state: AlertState;
}

/** `changed` is false when the incident was there already. */
export type ChangedIncident = Incident & { changed: boolean };

/** Changes are repeatable, leave an audit row when they change something, and throw `NotFound` for an unknown incident. */
export interface IncidentStore {
  /** One open incident for each connection and cause: a repeat counts and takes the new sentence. */
  open(input: {
    companyId: string;
    connectionId: string;
    cause: FailureCode;
    sentence: string;
  }): Promise<{ incidentId: string; opened: boolean }>;
  find(id: string): Promise<Incident | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      open?: boolean | undefined;
    },
  ): Promise<Page<Incident>>;
  /** Those of several connections. */
  openOf(connectionIds: string[]): Promise<Incident[]>;
  /** Oldest first. */
  alerts(incidentId: string): Promise<IncidentAlert[]>;
  /** Marks the notice before it goes out. `first` is false when an earlier attempt may have gone out. */
  claimAlert(input: { incidentId: string; rung: number; userId: string; channel: 'sms' }): Promise<AlertClaim>;
  alertSent(alertId: string, input: { externalId: string | null }): Promise<void>;
  alertFailed(alertId: string, sentence: string): Promise<void>;
  acknowledge(id: string, actor: string): Promise<ChangedIncident>;
  takeOver(id: string, actor: string): Promise<ChangedIncident>;
  /** The whole ladder was told and nobody answered; it stays open. */
  unanswered(id: string): Promise<ChangedIncident>;
  close(id: string, outcome: 'recovered' | 'resolved', actor: string, note?: string | null): Promise<ChangedIncident>;
}

const isClosed = (state: IncidentState) => state === 'recovered' || state === 'resolved';

export function incidentStore(db: AppDb): IncidentStore {
  const { sequelize } = db;
  const { incidents, alerts } = db.models;

  /** `decide` answers what changes, or `null` when the incident is there already. */
  const change = (
    id: string,
    { actor, action }: { actor: string; action: string },
    decide: (incident: IncidentRow) => Partial<IncidentRow> | null,
  ): Promise<ChangedIncident> =>
    inTransaction(sequelize, async (transaction) => {
      const row = await incidents.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('incident', id);
      const before = { ...plain(row) };
      const changes = decide(before);
      if (!changes) return { ...outgoing(before), changed: false };
      await row.update(changes, { transaction });
      const { companyId, state, note } = plain(row);
      const facts = { detail: { from: before.state, to: state }, ...(note !== before.note && { after: { note } }) };
      await appendAudit(db, { companyId, actor, action, subject: id, outcome: 'done', ...facts }, transaction);
      return { ...outgoing(plain(row)), changed: true };
    });

  return {
    open: ({ companyId, connectionId, cause, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const now = sqlTime(new Date());
        const id = newId('incident');
        const { affectedRows } = await write(
          sequelize,
          `INSERT INTO escalations (id, company_id, connection_id, cause, open_cause, sentence, state, opened_at, last_seen_at)
           VALUES (:id, :companyId, :connectionId, :cause, :cause, :sentence, 'open', :now, :now)
           ON DUPLICATE KEY UPDATE repeats = repeats + 1, sentence = VALUES(sentence), last_seen_at = VALUES(last_seen_at)`,
          { id, companyId, connectionId, cause, sentence: boundedSentence(sentence), now },
          transaction,
        );
        const opened = affectedRows === 1;
        const row = await incidents.findOne({ where: { connectionId, openCause: cause }, transaction });
        const detail = { connectionId, cause };
        if (opened)
          await appendAudit(
            db,
            { companyId, actor: 'engine', action: 'incident.open', subject: id, outcome: 'done', detail },
            transaction,
          );
        return { incidentId: plain(row!).id, opened };
      }),

    async find(id) {
      const row = await incidents.findByPk(id);
      return row && outgoing(plain(row));
    },
    async list({ companyId, connectionId, open, ...page }) {
      const filters = { companyId, connectionId, ...(open !== undefined && { closedAt: open ? null : { [Op.ne]: null } }) };
      const { items, nextCursor } = await pageOf(incidents, filters as { companyId?: string }, page);
      return { items: items.map(outgoing), nextCursor };
    },

    openOf: async (connectionIds) =>
      (await incidents.findAll({ where: { connectionId: connectionIds, closedAt: null }, order: [['id', 'ASC']] })).map((row) =>
        outgoing(plain(row)),
      ),

    async alerts(incidentId) {
      const rows = await alerts.findAll({ where: { incidentId }, order: [['id', 'ASC']] });
      return rows.map(plain).map(({ id, rung, userId, channel, state, sentence, sentAt }) => ({
        id,
        rung,
        userId,
        channel,
        state,
        sentence,
        sentAt,
      }));
    },

    async claimAlert({ incidentId, rung, userId, channel }) {
      const notice = { incidentId, rung, userId, channel };
      const { affectedRows } = await write(
        sequelize,
        `INSERT INTO incident_alerts (id, incident_id, rung, user_id, channel, state, attempted_at)
         VALUES (:id, :incidentId, :rung, :userId, :channel, 'claimed', UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE rung = rung`,
        { ...notice, id: newId('alert') },
      );
      const [claimed] = await select<Omit<AlertClaim, 'first'>>(
        sequelize,
        `SELECT id AS alertId, state, ${elapsedMs('attempted_at')} AS elapsedMs FROM incident_alerts
         WHERE incident_id = :incidentId AND rung = :rung AND user_id = :userId AND channel = :channel`,
        notice,
      );
      return { ...claimed!, first: affectedRows === 1 };
    },
    async alertSent(alertId, { externalId }) {
      const sent = { state: 'sent' as const, externalId, sentence: null, sentAt: new Date() };
      await alerts.update(sent, { where: { id: alertId, state: { [Op.ne]: 'sent' } } });
    },
    async alertFailed(alertId, sentence) {
      const failed = { state: 'failed' as const, sentence: boundedSentence(sentence) };
      await alerts.update(failed, { where: { id: alertId, state: { [Op.ne]: 'sent' } } });
    },

    acknowledge: (id, actor) =>
      change(id, { actor, action: 'incident.acknowledge' }, ({ state }) =>
        state === 'open' || state === 'unanswered'
          ? { state: 'acknowledged', acknowledgedBy: actor, acknowledgedAt: new Date() }
          : null,
      ),
    takeOver: (id, actor) =>
      change(id, { actor, action: 'incident.take_over' }, ({ state, takenOverBy }) =>
        isClosed(state) || takenOverBy === actor ? null : { state: 'taken_over', takenOverBy: actor, takenOverAt: new Date() },
      ),
    unanswered: (id) =>
      change(id, { actor: 'engine', action: 'incident.unanswered' }, ({ state }) =>
        state === 'open' ? { state: 'unanswered' } : null,
      ),
    close: (id, outcome, actor, note = null) =>
      change(id, { actor, action: `incident.${outcome}` }, ({ state }) =>
        isClosed(state)
          ? null
          : { state: outcome, openCause: null, closedAt: new Date(), note: note === null ? null : boundedSentence(note) },
      ),
  };
}

function outgoing(row: IncidentRow): Incident {
  const { openCause: _, ...incident } = row;
  return incident;
}
