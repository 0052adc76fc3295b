import type { FailureCode } from '../../../domain/failure.ts';
import type { NormalizedEvent } from '../../../domain/records.ts';
import { boundedSentence, sha256 } from '../../hash.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';
import { openJson } from '../payload.ts';
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
}
export type StoredEvent = Omit<InboundEventRow, 'connectionId' | 'companyId' | 'providerKey'> & { id: string };
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
  /** Events that wait, in order of arrival, with their payload opened. */
  nextBatch(connectionId: string, limit: number): Promise<StoredEvent[]>;
  /** `applied`, or `ignored` where the event meant nothing (`applied: false`); keeps what it meant. Repeatable. */
  markApplied(connectionId: string, done: { id: string; applied: boolean; normalized: NormalizedEvent[] }[]): Promise<void>;
  markFailed(connectionId: string, id: string, code: FailureCode, sentence: string): Promise<void>;
  /** Lets a failed event wait again. `false` when it is not failed, or when its payload is past its retention. */
  requeue(connectionId: string, id: string): Promise<boolean>;
  idOf(connectionId: string, key: string): Promise<string | null>;
  countWaiting(connectionId: string): Promise<number>;
  /** When the oldest waiting event arrived; `null` when none waits. */
  waitingSince(connectionId: string): Promise<Date | null>;
  /** Leaves nothing of a connection that was cancelled before its launch. Repeatable. */
  forget(connectionId: string): Promise<void>;
  /** Newest first; never the payload. */
  list(input: PageInput & { connectionId: string }): Promise<Page<EventSummary>>;
}

export function eventStore(db: TrafficDb): EventStore {
  const { sequelize } = db;
  return {
    storeBatch: (rows) => storeBatch(db, rows),
    markApplied: (connectionId, done) => markApplied(db, connectionId, done),

    async nextBatch(connectionId, limit) {
      const rows = await select<WaitingRow>(
        sequelize,
        `SELECT e.id, e.company_id AS companyId, e.source, e.event_type AS type, e.event_key AS \`key\`,
           e.dedupe_hash AS dedupeHash, e.occurred_at AS occurredAt, e.received_at AS receivedAt, p.body,
           p.key_version AS keyVersion
         FROM integration_raw_events e LEFT JOIN integration_raw_payloads p
           ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
         WHERE e.connection_id = :connectionId AND e.state = 'stored' ORDER BY e.id LIMIT :limit`,
        { connectionId, limit },
      );
      return rows.map(({ companyId, dedupeHash, body, keyVersion, ...event }) => {
        // Retention keeps the payload of whatever waits; guessing an empty one would apply the event as if it meant nothing.
        if (!body) throw new Error(`The payload of the waiting event ${event.id} is gone: mark the event as failed by hand.`);
        const scope = { companyId, boundTo: payloadBinding(connectionId, dedupeHash) };
        return { ...event, id: String(event.id), data: openJson(db, scope, { body, keyVersion }) as StoredEvent['data'] };
      });
    },

    async markFailed(connectionId, id, code, sentence) {
      await write(
        sequelize,
        `UPDATE integration_raw_events SET state = 'failed', code = :code, sentence = :sentence, settled_at = :now
         WHERE connection_id = :connectionId AND id = :id AND state IN ('stored', 'failed')`,
        { connectionId, id: Number(id), code, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
      );
    },

    async requeue(connectionId, id) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE integration_raw_events e JOIN integration_raw_payloads p
           ON p.received_on = e.received_on AND p.connection_id = e.connection_id AND p.dedupe_hash = e.dedupe_hash
         SET e.state = 'stored', e.code = NULL, e.sentence = NULL, e.settled_at = NULL
         WHERE e.connection_id = :connectionId AND e.id = :id AND e.state = 'failed'`,
        { connectionId, id: Number(id) },
      );
      return affectedRows > 0;
    },

    async idOf(connectionId, key) {
      const [row] = await select<{ id: number }>(
        sequelize,
        'SELECT id FROM integration_raw_events WHERE connection_id = :connectionId AND dedupe_hash = :hash',
        { connectionId, hash: sha256(key) },
      );
      return row ? String(row.id) : null;
    },

    async countWaiting(connectionId) {
      const [row] = await select<{ waiting: number }>(
        sequelize,
        `SELECT COUNT(*) AS waiting FROM integration_raw_events WHERE connection_id = :connectionId AND state = 'stored'`,
        { connectionId },
      );
      return row!.waiting;
    },

    async waitingSince(connectionId) {
      const [row] = await select<{ receivedAt: Date }>(
        sequelize,
        `SELECT received_at AS receivedAt FROM integration_raw_events
         WHERE connection_id = :connectionId AND state = 'stored' ORDER BY id LIMIT 1`,
        { connectionId },
      );
      return row?.receivedAt ?? null;
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
