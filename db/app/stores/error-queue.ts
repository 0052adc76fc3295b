import type { Transaction } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedKey, boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { QueueRow } from '../models/sync.ts';
import { pageOf, plain } from '../models/table.ts';
import type { By } from './audit.ts';

export const queueStates = ['pending', 'retrying', 'dead', 'resolved', 'ignored'] as const;
export type QueueState = (typeof queueStates)[number];
export type QueueKind = 'record' | 'event' | 'delivery' | 'push';

export interface QueueItem {
  id: string;
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  /** What failed, by its own id: the record's external id, the event's, the delivery's. */
  cause: string;
  code: FailureCode;
  sentence: string;
  state: QueueState;
  attempts: number;
  rawEventId: string | null;
  deliveryId: string | null;
  runId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  note: string | null;
}
export interface QueueInput {
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  cause: string;
  code: FailureCode;
  sentence: string;
  rawEventId: string | null;
  deliveryId?: string | null | undefined;
  runId?: string | null | undefined;
  /** The franchise key without which it cannot be applied. */
  waitsFor?: string | null | undefined;
}

/** Changes throw `NotFound` for an unknown item and `Conflict` for a closed one. */
export interface ErrorQueueStore {
  /** One open item for each connection, kind and cause: a repeat counts an attempt and takes the new sentence. */
  put(input: QueueInput): Promise<{ id: string }>;
  find(id: string): Promise<QueueItem | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      state?: QueueState | undefined;
    },
  ): Promise<Page<QueueItem>>;
  retry(id: string, audit: By): Promise<QueueItem>;
  /** The events of open items that wait for one of these franchise keys, the oldest first. */
  waitingFor(input: { connectionId: string; keys: string[]; limit: number }): Promise<string[]>;
  /** Of these events, the open items are retried: all of them together, with one audit row. */
  retryEvents(input: { connectionId: string; companyId: string; rawEventIds: string[] }, audit: By): Promise<void>;
  resolve(id: string, note: string, audit: By): Promise<QueueItem>;
  ignore(id: string, reason: string, audit: By): Promise<QueueItem>;
  /** Resolves, in the engine's name, the open items of events that were applied after all, or of deliveries that were decided. */
  settle(input: { connectionId: string } & ({ rawEventIds: string[] } | { deliveryId: string })): Promise<void>;
}

/** After this many attempts the item waits for a person. */
const attemptsMax = 8;

export function errorQueueStore(db: AppDb): ErrorQueueStore {
  const { sequelize } = db;
  const { queue } = db.models;

  /** A person's change, with its audit row. An item that is `to` already stays as it is. */
  const change = (id: string, to: 'retrying' | 'resolved' | 'ignored', note: string | null, audit: By): Promise<QueueItem> =>
    inTransaction(sequelize, async (transaction: Transaction) => {
      const row = await queue.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('item in the error queue', id);
      const { state, companyId, code } = plain(row);
      if (state === to) return outgoing(plain(row));
      if (state === 'resolved' || state === 'ignored') throw new Conflict(`The item is ${state} already.`);
      const closed = { openCause: null, closedAt: new Date(), closedBy: audit.actor, note: boundedSentence(note ?? '') };
      await row.update({ state: to, ...(to !== 'retrying' && closed) }, { transaction });
      const action = { retrying: 'failure.retry', resolved: 'failure.resolve', ignored: 'failure.ignore' }[to];
      const facts = { detail: { from: state, to, code }, ...(note && { after: { note } }) };
      await appendAudit(db, { ...audit, companyId, action, subject: id, outcome: 'done', ...facts }, transaction);
      return outgoing(plain(row));
    });

  return {
    put: (input) =>
      inTransaction(sequelize, async (transaction) => {
        const { companyId, connectionId, kind, code, rawEventId, deliveryId = null, runId = null, waitsFor = null } = input;
        const cause = boundedKey(input.cause);
        const now = sqlTime(new Date());
        await write(
          sequelize,
          `INSERT INTO integration_error_queue (id, company_id, connection_id, kind, cause, open_cause, code, sentence, state,
             raw_event_id, delivery_id, run_id, waits_for, first_seen_at, last_seen_at)
           VALUES (:id, :companyId, :connectionId, :kind, :cause, :cause, :code, :sentence, 'pending', :rawEventId, :deliveryId,
             :runId, :waitsFor, :now, :now)
           ON DUPLICATE KEY UPDATE attempts = attempts + 1, state = IF(attempts >= :attemptsMax, 'dead', 'pending'),
             code = VALUES(code), sentence = VALUES(sentence), waits_for = VALUES(waits_for), last_seen_at = VALUES(last_seen_at),
             raw_event_id = COALESCE(VALUES(raw_event_id), raw_event_id),
             delivery_id = COALESCE(VALUES(delivery_id), delivery_id), run_id = COALESCE(VALUES(run_id), run_id)`,
          {
            id: newId('queueItem'),
            companyId,
            connectionId,
            kind,
            cause,
            code,
            rawEventId,
            deliveryId,
            runId,
            waitsFor: waitsFor && boundedKey(waitsFor),
            now,
            attemptsMax,
            sentence: boundedSentence(input.sentence),
          },
          transaction,
        );
        const row = await queue.findOne({ where: { connectionId, kind, openCause: cause }, transaction });
        return { id: plain(row!).id };
      }),

    async find(id) {
      const row = await queue.findByPk(id);
      return row && outgoing(plain(row));
    },
    async list({ companyId, connectionId, state, ...page }) {
      const { items, nextCursor } = await pageOf(queue, { companyId, connectionId, state }, page);
      return { items: items.map(outgoing), nextCursor };
    },

    retry: (id, audit) => change(id, 'retrying', null, audit),

    async waitingFor({ connectionId, keys, limit }) {
      const rows = await select<{ rawEventId: number }>(
        sequelize,
        `SELECT raw_event_id AS rawEventId FROM integration_error_queue
         WHERE connection_id = :connectionId AND waits_for IN (:keys) AND open_cause IS NOT NULL AND raw_event_id IS NOT NULL
         ORDER BY raw_event_id LIMIT :limit`,
        { connectionId, keys: keys.map(boundedKey), limit },
      );
      return rows.map(({ rawEventId }) => String(rawEventId));
    },

    retryEvents: ({ connectionId, companyId, rawEventIds }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE integration_error_queue SET state = 'retrying'
           WHERE connection_id = :connectionId AND raw_event_id IN (:rawEventIds) AND open_cause IS NOT NULL`,
          { connectionId, rawEventIds: rawEventIds.map(Number) },
          transaction,
        );
        if (affectedRows === 0) return;
        const entry = { ...audit, companyId, action: 'failure.retry', subject: connectionId, outcome: 'done' as const };
        await appendAudit(db, { ...entry, detail: { items: affectedRows } }, transaction);
      }),

    resolve: (id, note, audit) => change(id, 'resolved', note, audit),
    ignore: (id, reason, audit) => change(id, 'ignored', reason, audit),

    async settle(input) {
      const byEvent = 'rawEventIds' in input;
      if (byEvent && input.rawEventIds.length === 0) return;
      await write(
        sequelize,
        `UPDATE integration_error_queue SET state = 'resolved', open_cause = NULL, closed_at = :now, closed_by = 'engine'
         WHERE connection_id = :connectionId AND open_cause IS NOT NULL
           AND ${byEvent ? 'raw_event_id IN (:rawEventIds)' : 'delivery_id = :deliveryId'}`,
        { ...input, ...(byEvent && { rawEventIds: input.rawEventIds.map(Number) }), now: sqlTime(new Date()) },
      );
    },
  };
}

function outgoing(row: QueueRow): QueueItem {
  const { openCause: _, rawEventId, ...item } = row;
  return { ...item, rawEventId: rawEventId === null ? null : String(rawEventId) };
}
