import type { AuditAction } from '../../../domain/audit-actions.ts';
import { Op } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import type { FlappingPolicy } from '../../../domain/flapping.ts';
import type { NoticeChannel, NoticeKind } from '../../../domain/notice.ts';
import { defaultPolicy } from '../../../domain/policy.ts';
import { NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { elapsedMs, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { IncidentRow } from '../models/people.ts';
import { pageOf, plain } from '../models/table.ts';
import { openIncident, type OpenedIncident, type OpenIncidentInput } from '../open-incident.ts';

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
  /** How often it came back after it had recovered. */
  reopened: number;
  /** Since when it is known to come and go. */
  flappingSince: Date | null;
}
export interface IncidentAlert {
  id: string;
  kind: NoticeKind;
  /** Of what is told beside the ladder: how often it was before. */
  rung: number;
  userId: string;
  channel: NoticeChannel;
  state: AlertState;
  sentence: string | null;
  sentAt: Date | null;
}
/** `uncertain`: it may have arrived, and nothing tells. */
export type AlertState = 'claimed' | 'sent' | 'failed' | 'uncertain';
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
  /** One open incident for each connection and cause: a repeat counts and takes the new sentence; what came back soon is reopened. */
  open(input: Omit<OpenIncidentInput, 'flapping'> & { flapping?: FlappingPolicy }): Promise<OpenedIncident>;
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
  claimAlert(input: Pick<IncidentAlert, 'kind' | 'rung' | 'userId' | 'channel'> & { incidentId: string }): Promise<AlertClaim>;
  alertSent(alertId: string, input: { externalId: string | null }): Promise<void>;
  alertFailed(alertId: string, sentence: string, state?: 'failed' | 'uncertain'): Promise<void>;
  /** Open incidents that these people were told of by SMS, the one they were told of last first. */
  toldByText(userIds: string[]): Promise<Incident[]>;
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
    { actor, action }: { actor: string; action: AuditAction },
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
    open: ({ flapping = defaultPolicy.flapping, ...input }) =>
      inTransaction(sequelize, (transaction) => openIncident(db, { ...input, flapping }, transaction)),

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
      return rows.map(plain).map(({ id, kind, rung, userId, channel, state, sentence, sentAt }) => ({
        id,
        kind,
        rung,
        userId,
        channel,
        state,
        sentence,
        sentAt,
      }));
    },

    async claimAlert({ incidentId, kind, rung, userId, channel }) {
      const notice = { incidentId, kind, rung, userId, channel };
      const { affectedRows } = await write(
        sequelize,
        `INSERT INTO incident_alerts (id, incident_id, kind, rung, user_id, channel, state, attempted_at)
         VALUES (:id, :incidentId, :kind, :rung, :userId, :channel, 'claimed', UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE rung = rung`,
        { ...notice, id: newId('alert') },
      );
      const [claimed] = await select<Omit<AlertClaim, 'first'>>(
        sequelize,
        `SELECT id AS alertId, state, ${elapsedMs('attempted_at')} AS elapsedMs FROM incident_alerts
         WHERE incident_id = :incidentId AND kind = :kind AND rung = :rung AND user_id = :userId AND channel = :channel`,
        notice,
      );
      return { ...claimed!, first: affectedRows === 1 };
    },
    async alertSent(alertId, { externalId }) {
      const sent = { state: 'sent' as const, externalId, sentence: null, sentAt: new Date() };
      await alerts.update(sent, { where: { id: alertId, state: { [Op.ne]: 'sent' } } });
    },
    async alertFailed(alertId, sentence, state = 'failed') {
      await alerts.update({ state, sentence: boundedSentence(sentence) }, { where: { id: alertId, state: { [Op.ne]: 'sent' } } });
    },
    async toldByText(userIds) {
      if (userIds.length === 0) return [];
      const told = await select<{ id: string }>(
        sequelize,
        `SELECT e.id FROM incident_alerts a JOIN escalations e ON e.id = a.incident_id
         WHERE a.user_id IN (:userIds) AND a.channel = 'sms' AND a.state <> 'failed' AND e.closed_at IS NULL
         GROUP BY e.id ORDER BY MAX(a.id) DESC LIMIT 50`,
        { userIds },
      );
      const ids = told.map(({ id }) => id);
      const rows = (await incidents.findAll({ where: { id: ids } })).map((row) => outgoing(plain(row)));
      return rows.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
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
