import type { FailureCode } from '../../../domain/failure.ts';
import type { CanonicalObject, NormalizedEvent } from '../../../domain/records.ts';
import { boundedSentence, sha256 } from '../../hash.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { elapsedMs, select, sqlTime, write } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';
import { eventsByIds, type KeptEvent } from '../events-by-ids.ts';
import { arrivals } from '../arrivals.ts';
import { findEvent, openPayload, type EventHead } from '../event-payload.ts';
import { openJson } from '../payload.ts';
import { newestPolled, polledAfter, polledByIds, type PolledRecord } from '../polled-records.ts';
import { markApplied } from '../settle-events.ts';
import { payloadBinding, storeBatch } from '../store-batch.ts';

export interface InboundEventRow {
  connectionId: string;
  companyId: string;
  providerKey: string;
  source: 'webhook' | 'poll';
  /** The event's identity at the provider: the same key is the same event. */
  key: string;
  type: string;
  occurredAt: Date | null;
  receivedAt: Date;
  data: Record<string, unknown>;
  /** Of the request that brought it, while traces are on. */
  traceparent?: string | null | undefined;
}
/** `storedAt` is by the database's clock, because those of two API processes may differ and the later word must win. */
export type StoredEvent = Omit<InboundEventRow, 'connectionId' | 'companyId' | 'providerKey' | 'receivedAt'> & {
  id: string;
  storedAt: Date;
};
export type EventState = 'stored' | 'applied' | 'ignored' | 'failed';
export interface EventSummary {
  id: string;
  type: string;
  state: EventState;
  receivedAt: Date;
  /** How often the same event came again. */
  duplicates: number;
  code: FailureCode | null;
  sentence: string | null;
}

export interface EventStore {
  /** Events, duplicate counts and payloads in one transaction; it answers only after the commit. */
  storeBatch(rows: InboundEventRow[]): Promise<{ stored: number; duplicates: number }>;
  /** Keeps events that nobody applies, and says why. Answers their ids, in the order given. */
  keepIgnored(rows: InboundEventRow[], sentence: string): Promise<string[]>;
  /**
   * Events that wait, in order of arrival, with their payload opened. Whoever takes batch after batch names the last event it had:
   * the index is still full of what was settled a moment ago, and a look from its start would pass over all of it. An event whose
   * transaction was slower may come to stand before that one, so that only a look from the start tells that none waits.
   */
  nextBatch(connectionId: string, limit: number, after?: string): Promise<StoredEvent[]>;
  /** Those of these events that are known, in order of arrival; without what came where that is past its retention. */
  byIds(connectionId: string, ids: string[]): Promise<KeptEvent[]>;
  /** `applied`, or `ignored` where the event meant nothing (`applied: false`); keeps what it meant. Repeatable. */
  markApplied(connectionId: string, done: { id: string; applied: boolean; normalized: NormalizedEvent[] }[]): Promise<void>;
  markFailed(connectionId: string, id: string, code: FailureCode, sentence: string): Promise<void>;
  /** Lets a failed event wait again. `false` when it is not failed, or when its payload is past its retention. */
  requeue(connectionId: string, id: string): Promise<boolean>;
  /** The same for many. Answers how many wait again. */
  requeueAll(connectionId: string, ids: string[]): Promise<number>;
  idOf(connectionId: string, key: string): Promise<string | null>;
  countWaiting(connectionId: string): Promise<number>;
  /** How long the oldest waiting event has waited, by the database's clock; `null` when none waits. */
  waitingForMs(connectionId: string): Promise<number | null>;
  /** When the oldest arrived, for several connections; one without waiting events is left out. */
  waitingSinceOf(connectionIds: string[]): Promise<Map<string, Date>>;
  /** Nobody will ever apply what waits: marks it `ignored` and says why. Answers how many there were. */
  ignoreWaiting(connectionId: string, sentence: string): Promise<number>;
  /** Leaves nothing of a connection that was cancelled before its launch. Repeatable. */
  forget(connectionId: string): Promise<void>;
  find(id: string): Promise<EventHead | null>;
  /** What came, opened; `null` when it is past its retention. */
  payload(id: string): Promise<{ payload: unknown } | null>;
  /** Raw records that are kept as events of this object, newest first, as far back as a look is worth. */
  newestPolled(input: { connectionId: string; object: CanonicalObject; limit: number }): Promise<PolledRecord[]>;
  /** The same in order of arrival, a piece after the event `after`; `next` is `null` behind the last event. */
  polledAfter(input: {
    connectionId: string;
    object: CanonicalObject;
    after: string;
  }): Promise<{ records: PolledRecord[]; next: string | null }>;
  polledByIds(connectionId: string, eventIds: string[]): Promise<PolledRecord[]>;
  /** Webhooks by connection and hour, by the database's clock; both bounds are full hours. */
  arrivals(input: { from: Date; until: Date }): Promise<Map<string, Map<number, number>>>;
  /** Newest first; never the payload. */
  list(input: PageInput & { connectionId: string }): Promise<Page<EventSummary>>;
}

export function eventStore(db: TrafficDb): EventStore {
  const { sequelize } = db;

  const requeueAll: EventStore['requeueAll'] = async (connectionId, ids) => {
    const { affectedRows } = await write(
      sequelize,
      `UPDATE integration_raw_events e JOIN integration_raw_payloads p
         ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
       SET e.state = 'stored', e.code = NULL, e.sentence = NULL, e.settled_at = NULL
       WHERE e.connection_id = :connectionId AND e.id IN (:ids) AND e.state = 'failed'`,
      { connectionId, ids: ids.map(Number) },
    );
    return affectedRows;
  };

  const idOf: EventStore['idOf'] = async (connectionId, key) => {
    const [row] = await select<{ id: number }>(
      sequelize,
      'SELECT id FROM integration_raw_events WHERE connection_id = :connectionId AND dedupe_hash = :hash',
      { connectionId, hash: sha256(key) },
    );
    return row ? String(row.id) : null;
  };

  return {
    storeBatch: (rows) => storeBatch(db, rows),
    arrivals: (input) => arrivals(db, input),
    newestPolled: (input) => newestPolled(db, input),
    polledAfter: (input) => polledAfter(db, input),
    polledByIds: (connectionId, eventIds) => polledByIds(db, connectionId, eventIds),

    async keepIgnored(rows, sentence) {
      await storeBatch(db, rows, sentence);
      const ids: string[] = [];
      for (const { connectionId, key } of rows) {
        const id = await idOf(connectionId, key);
        if (id !== null) ids.push(id);
      }
      return ids;
    },
    find: (id) => findEvent(db, id),
    payload: (id) => openPayload(db, id),
    markApplied: (connectionId, done) => markApplied(db, connectionId, done),

    byIds: (connectionId, ids) => eventsByIds(db, connectionId, ids),

    async nextBatch(connectionId, limit, after = '0') {
      // Left to itself, MySQL walks the primary key from `after` on, through the events of every other connection.
      const rows = await select<WaitingRow>(
        sequelize,
        `SELECT e.id, e.company_id AS companyId, e.source, e.event_type AS type, e.event_key AS \`key\`,
           e.dedupe_hash AS dedupeHash, e.occurred_at AS occurredAt, e.stored_at AS storedAt, e.traceparent, p.body,
           p.key_version AS keyVersion
         FROM integration_raw_events e FORCE INDEX (integration_raw_events_waiting) LEFT JOIN integration_raw_payloads p
           ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
         WHERE e.connection_id = :connectionId AND e.state = 'stored' AND e.id > :after ORDER BY e.id LIMIT :limit`,
        { connectionId, limit, after: Number(after) },
      );
      const opened = rows.map(async ({ companyId, dedupeHash, body, keyVersion, ...event }) => {
        // Retention keeps the payload of whatever waits; guessing an empty one would apply the event as if it meant nothing.
        if (!body) throw new Error(`The payload of the waiting event ${event.id} is gone: mark the event as failed by hand.`);
        const data = await openJson(db, companyId, payloadBinding(connectionId, dedupeHash), { body, keyVersion });
        return { ...event, id: String(event.id), data: data as StoredEvent['data'] };
      });
      return Promise.all(opened);
    },

    async markFailed(connectionId, id, code, sentence) {
      await write(
        sequelize,
        `UPDATE integration_raw_events SET state = 'failed', code = :code, sentence = :sentence, settled_at = :now
         WHERE connection_id = :connectionId AND id = :id AND state IN ('stored', 'failed')`,
        { connectionId, id: Number(id), code, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
      );
    },

    requeue: async (connectionId, id) => (await requeueAll(connectionId, [id])) > 0,
    requeueAll,

    idOf,

    async countWaiting(connectionId) {
      const [row] = await select<{ waiting: number }>(
        sequelize,
        `SELECT COUNT(*) AS waiting FROM integration_raw_events WHERE connection_id = :connectionId AND state = 'stored'`,
        { connectionId },
      );
      return row!.waiting;
    },

    async waitingForMs(connectionId) {
      const [row] = await select<{ waitingMs: number }>(
        sequelize,
        `SELECT ${elapsedMs('stored_at')} AS waitingMs FROM integration_raw_events
         WHERE connection_id = :connectionId AND state = 'stored' ORDER BY id LIMIT 1`,
        { connectionId },
      );
      return row?.waitingMs ?? null;
    },

    async waitingSinceOf(connectionIds) {
      if (connectionIds.length === 0) return new Map();
      const rows = await select<{ connectionId: string; receivedAt: Date }>(
        sequelize,
        `SELECT e.connection_id AS connectionId, e.received_at AS receivedAt FROM integration_raw_events e
         JOIN (SELECT MIN(id) AS id FROM integration_raw_events
               WHERE connection_id IN (:connectionIds) AND state = 'stored' GROUP BY connection_id) oldest ON oldest.id = e.id`,
        { connectionIds },
      );
      return new Map(rows.map(({ connectionId, receivedAt }) => [connectionId, receivedAt]));
    },

    async ignoreWaiting(connectionId, sentence) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE integration_raw_events SET state = 'ignored', sentence = :sentence, settled_at = :now
         WHERE connection_id = :connectionId AND state = 'stored'`,
        { connectionId, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
      );
      return affectedRows;
    },

    async forget(connectionId) {
      for (const table of ['integration_raw_payloads', 'integration_raw_events', 'integration_logs', 'event_client_activity'])
        await write(sequelize, `DELETE FROM ${table} WHERE connection_id = :connectionId`, { connectionId });
    },

    async list({ connectionId, cursor, limit }) {
      const rows = await select<Omit<EventSummary, 'id'> & { id: number }>(
        sequelize,
        `SELECT id, event_type AS type, state, received_at AS receivedAt, duplicates, code, sentence FROM integration_raw_events
         WHERE connection_id = :connectionId AND id < :before ORDER BY id DESC LIMIT :limit`,
        { connectionId, before: numberBelow(cursor), limit: limit + 1 },
      );
      return cutPage(
        rows.map((row) => ({ ...row, id: String(row.id) })),
        limit,
        ({ id }) => id,
      );
    },
  };
}

type WaitingRow = Omit<StoredEvent, 'id' | 'data'> & {
  id: number;
  companyId: string;
  dedupeHash: Buffer;
  body: Buffer | null;
  keyVersion: number | null;
};
