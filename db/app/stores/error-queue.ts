import type { Transaction } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import type { Mend, QueueKind, QueueState } from '../../../domain/failed-work.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedKey, boundedSentence } from '../../hash.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { readGroups, type FailureGroup, type GroupsInput } from '../failure-groups.ts';
import type { QueueRow } from '../models/sync.ts';
import { plain } from '../models/table.ts';
import { cancelUnclaimed } from '../push-rows.ts';
import { putFailure, type QueueInput } from '../put-failure.ts';
import { countOpen, whereOf, type QueueFilter } from '../queue-filter.ts';
import { reopenFailures } from '../reopen-failures.ts';
import type { By } from './audit.ts';

export type { QueueInput } from '../put-failure.ts';
export type { QueueFilter } from '../queue-filter.ts';

export interface QueueItem {
  id: string;
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  /** What failed, by its own id: the record's external id, the event's, the delivery's, the page's job and place. */
  cause: string;
  code: FailureCode;
  sentence: string;
  state: QueueState;
  mend: Mend;
  attempts: number;
  /** `null` when it waits for a person, or for what mends it. */
  nextAttemptAt: Date | null;
  object: string | null;
  mappingVersion: number | null;
  /** The word that items share which failed alike. */
  reason: string | null;
  rawEventId: string | null;
  deliveryId: string | null;
  runId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  note: string | null;
}

/** Changes throw `NotFound` for an unknown item and `Conflict` for a closed one. */
export interface ErrorQueueStore {
  /**
   * One open item for each connection, kind and cause: a repeat counts an attempt and takes the new sentence. When it is tried again by
   * itself is said by the connection's ladder; whoever gets a time back wakes the connection's retries.
   */
  put(input: QueueInput): Promise<{ id: string; nextAttemptAt: Date | null }>;
  find(id: string): Promise<QueueItem | null>;
  /** Newest first. */
  list(
    input: PageInput &
      QueueFilter & { companyId?: string | undefined; connectionId?: string | undefined; open?: boolean | undefined },
  ): Promise<Page<QueueItem>>;
  /** Open items by what they failed of, the group that grew last first, each with its newest item. */
  groups(input: GroupsInput): Promise<Page<Omit<FailureGroup, 'newestId'> & { newest: QueueItem }>>;
  /** `now`: it is due at once, for the connection's retries; otherwise somebody else carries it out. */
  retry(id: string, audit: By, options?: { now: boolean }): Promise<QueueItem>;
  /** The events of open items that wait for one of these franchise keys, the oldest first. */
  waitingFor(input: { connectionId: string; keys: string[]; limit: number }): Promise<string[]>;
  /** Of these events, the open items are retried: all of them together, with one audit row. */
  retryEvents(input: { connectionId: string; companyId: string; rawEventIds: string[] }, audit: By): Promise<void>;
  resolve(id: string, note: string, audit: By): Promise<QueueItem>;
  ignore(id: string, reason: string, audit: By): Promise<QueueItem>;
  /** Closes the oldest open items of the filter, with one audit row; `left` tells that there are more. */
  closeMany(
    input: { connectionId: string; companyId: string; filter: QueueFilter; to: 'resolved' | 'ignored'; note: string },
    audit: By,
  ): Promise<{ closed: number; left: number; closedAt: Date }>;
  /** Undoes what a person closed; an open item stays as it is. Throws `Conflict` where that cannot be undone. */
  reopen(id: string, audit: By): Promise<QueueItem>;
  /** The same of all that one call of `closeMany` closed at that moment in this person's name; `kept` could not be opened again. */
  reopenMany(
    input: { connectionId: string; companyId: string; closedAt: Date },
    audit: By,
  ): Promise<{ reopened: number; kept: number }>;
  /** How many open items of the filter there are. */
  count(connectionId: string, filter: QueueFilter): Promise<number>;
  /** The open items of the filter, the oldest first. */
  oldest(connectionId: string, filter: QueueFilter, limit: number): Promise<QueueItem[]>;
  /** Resolves, in the engine's name, the open items of events that were applied after all, or of deliveries that were decided. */
  settle(input: { connectionId: string } & ({ rawEventIds: string[] } | { deliveryId: string })): Promise<void>;
  /** The same of pages of one job that a run got past: all but the one at `stillAt`. */
  settlePages(input: { connectionId: string; jobId: string; stillAt: string | null }): Promise<void>;
}

const actions = { retrying: 'failure.retry', resolved: 'failure.resolve', ignored: 'failure.ignore' } as const;
/** Few enough for one transaction. */
const closedMax = 5_000;

export function errorQueueStore(db: AppDb): ErrorQueueStore {
  const { sequelize } = db;
  const { queue } = db.models;

  /** A person's change, with its audit row. An item that is `to` already stays as it is. */
  const change = (
    id: string,
    to: 'retrying' | 'resolved' | 'ignored',
    note: string | null,
    audit: By,
    nextAttemptAt: Date | null = null,
  ): Promise<QueueItem> =>
    inTransaction(sequelize, async (transaction: Transaction) => {
      const row = await queue.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('item in the error queue', id);
      const { state, companyId, code } = plain(row);
      if (state === to) return outgoing(plain(row));
      if (state === 'resolved' || state === 'ignored') throw new Conflict(`The item is ${state} already.`);
      const closed = { openCause: null, closedAt: new Date(), closedBy: audit.actor, note: boundedSentence(note ?? '') };
      await row.update({ state: to, nextAttemptAt, ...(to !== 'retrying' && closed) }, { transaction });
      if (to !== 'retrying') await cancelUnclaimed(sequelize, plain(row).connectionId, transaction);
      const action = actions[to];
      const facts = { detail: { from: state, to, code }, ...(note && { after: { note } }) };
      await appendAudit(db, { ...audit, companyId, action, subject: id, outcome: 'done', ...facts }, transaction);
      return outgoing(plain(row));
    });

  return {
    put: (input) => inTransaction(sequelize, (transaction) => putFailure(db, input, transaction)),

    async find(id) {
      const row = await queue.findByPk(id);
      return row && outgoing(plain(row));
    },

    async list({ companyId, connectionId, open, cursor, limit, ...filter }) {
      const { where, values } = whereOf(filter);
      const whose = [
        companyId && 'company_id = :companyId',
        connectionId && 'connection_id = :connectionId',
        open !== undefined && `open_cause IS ${open ? 'NOT NULL' : 'NULL'}`,
      ].filter(Boolean);
      const ids = await select<{ id: string }>(
        sequelize,
        `SELECT id FROM integration_error_queue WHERE ${whose.join(' AND ') || 'TRUE'}${where}${cursor === undefined ? '' : ' AND id < :cursor'}
         ORDER BY id DESC LIMIT :limit`,
        { ...values, companyId, connectionId, cursor, limit: limit + 1 },
      );
      const rows = await queue.findAll({ where: { id: ids.map(({ id }) => id) }, order: [['id', 'DESC']] });
      const { items, nextCursor } = cutPage(rows.map(plain), limit, ({ id }) => id);
      return { items: items.map(outgoing), nextCursor };
    },

    async groups(input) {
      const { items, nextCursor } = cutPage(await readGroups(sequelize, input), input.limit, ({ newestId }) => newestId);
      const rows = await queue.findAll({ where: { id: items.map(({ newestId }) => newestId) } });
      const newest = new Map(rows.map((row) => [plain(row).id, outgoing(plain(row))]));
      return { items: items.map(({ newestId, ...group }) => ({ ...group, newest: newest.get(newestId)! })), nextCursor };
    },

    retry: (id, audit, { now } = { now: false }) => change(id, 'retrying', null, audit, now ? new Date() : null),

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
          `UPDATE integration_error_queue SET state = 'retrying', next_attempt_at = NULL
           WHERE connection_id = :connectionId AND raw_event_id IN (:rawEventIds) AND open_cause IS NOT NULL`,
          { connectionId, rawEventIds: rawEventIds.map(Number) },
          transaction,
        );
        if (affectedRows === 0) return;
        const entry = { ...audit, companyId, action: 'failure.retry' as const, subject: connectionId, outcome: 'done' as const };
        await appendAudit(db, { ...entry, detail: { items: affectedRows } }, transaction);
      }),

    resolve: (id, note, audit) => change(id, 'resolved', note, audit),
    ignore: (id, reason, audit) => change(id, 'ignored', reason, audit),

    async closeMany({ connectionId, companyId, filter, to, note }, audit) {
      const { where, values } = whereOf(filter);
      const closedAt = new Date();
      const closed = await inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE integration_error_queue SET state = :to, open_cause = NULL, next_attempt_at = NULL, closed_at = :now,
             closed_by = :actor, note = :note
           WHERE connection_id = :connectionId AND open_cause IS NOT NULL${where} ORDER BY id LIMIT ${closedMax}`,
          { ...values, connectionId, to, note: boundedSentence(note), actor: audit.actor, now: sqlTime(closedAt) },
          transaction,
        );
        await cancelUnclaimed(sequelize, connectionId, transaction);
        const action = actions[to];
        const entry = { ...audit, companyId, action, subject: connectionId, outcome: 'done' as const, after: { note } };
        await appendAudit(db, { ...entry, detail: { items: affectedRows, filter } }, transaction);
        return affectedRows;
      });
      return { closed, left: await countOpen(sequelize, connectionId, filter), closedAt };
    },

    reopen: (id, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await queue.findByPk(id, { transaction, lock: true });
        if (!row) throw new NotFound('item in the error queue', id);
        const { state, closedBy, connectionId, companyId, code, kind, note } = plain(row);
        if (state !== 'resolved' && state !== 'ignored') return outgoing(plain(row));
        if (closedBy === 'engine') throw new Conflict('It was settled by itself: there is nothing left to do.');
        if (kind === 'push') throw new Conflict('The push was over when its item was closed: change the record again.');
        const reopened = await reopenFailures(sequelize, { connectionId, which: 'q.id = :id', values: { id } }, transaction);
        if (reopened === 0) throw new Conflict('The same failed again since, and stands in the queue as an item of its own.');
        await row.reload({ transaction });
        const facts = { detail: { from: state, to: plain(row).state, code }, ...(note && { before: { note } }) };
        const entry = { ...audit, companyId, action: 'failure.reopen' as const, subject: id, outcome: 'done' as const };
        await appendAudit(db, { ...entry, ...facts }, transaction);
        return outgoing(plain(row));
      }),

    reopenMany: ({ connectionId, companyId, closedAt }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const values = { actor: audit.actor, closedAt: sqlTime(closedAt) };
        const which = 'q.closed_by = :actor AND q.closed_at = :closedAt';
        const reopened = await reopenFailures(sequelize, { connectionId, which, values }, transaction);
        const [rest] = await select<{ kept: number }>(
          sequelize,
          `SELECT COUNT(*) AS kept FROM integration_error_queue q WHERE q.connection_id = :connectionId AND q.open_cause IS NULL AND ${which}`,
          { ...values, connectionId },
          transaction,
        );
        const entry = { ...audit, companyId, action: 'failure.reopen' as const, subject: connectionId, outcome: 'done' as const };
        await appendAudit(db, { ...entry, detail: { items: reopened, closedAt: closedAt.toISOString() } }, transaction);
        return { reopened, kept: rest!.kept };
      }),

    count: (connectionId, filter) => countOpen(sequelize, connectionId, filter),

    async oldest(connectionId, filter, limit) {
      const { where, values } = whereOf(filter);
      const ids = await select<{ id: string }>(
        sequelize,
        `SELECT id FROM integration_error_queue WHERE connection_id = :connectionId AND open_cause IS NOT NULL${where}
         ORDER BY id LIMIT :limit`,
        { ...values, connectionId, limit },
      );
      const rows = await queue.findAll({ where: { id: ids.map(({ id }) => id) }, order: [['id', 'ASC']] });
      return rows.map(plain).map(outgoing);
    },

    async settle(input) {
      const byEvent = 'rawEventIds' in input;
      if (byEvent && input.rawEventIds.length === 0) return;
      await write(
        sequelize,
        `UPDATE integration_error_queue SET ${resolvedByEngine}
         WHERE connection_id = :connectionId AND open_cause IS NOT NULL
           AND ${byEvent ? 'raw_event_id IN (:rawEventIds)' : 'delivery_id = :deliveryId'}`,
        { ...input, ...(byEvent && { rawEventIds: input.rawEventIds.map(Number) }), now: sqlTime(new Date()) },
      );
    },

    async settlePages({ connectionId, jobId, stillAt }) {
      await write(
        sequelize,
        `UPDATE integration_error_queue SET ${resolvedByEngine}
         WHERE connection_id = :connectionId AND kind = 'page' AND open_cause LIKE CONCAT(:jobId, '@%') AND open_cause <> :stillAt`,
        { connectionId, jobId, stillAt: stillAt ?? '', now: sqlTime(new Date()) },
      );
    },
  };
}

/** Knows `:now`. */
export const resolvedByEngine = `state = 'resolved', open_cause = NULL, next_attempt_at = NULL, closed_at = :now, closed_by = 'engine'`;

export function outgoing(row: QueueRow): QueueItem {
  const { openCause: _, rawEventId, ...item } = row;
  return { ...item, rawEventId: rawEventId === null ? null : String(rawEventId) };
}
