import type { Mend } from '../../../domain/failed-work.ts';
import { boundedSentence } from '../../hash.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import { outgoing, type QueueItem } from './error-queue.ts';

/** What the engine tries again by itself. Times are of the process that asks. */
export interface QueueRetryStore {
  /** Items that are due, the oldest first, now being retried. Whoever dies with them finds them due again. */
  takeDue(input: { connectionId: string; now: Date; limit: number }): Promise<QueueItem[]>;
  /** When the next item of the connection is due; `null` when none will be. */
  earliest(connectionId: string): Promise<Date | null>;
  /** Somebody else carries these out and settles them: they are due again only if that one is lost. */
  handOver(ids: string[], until: Date): Promise<void>;
  /** Nothing was tried, because the provider is not asked until then: no attempt is counted. */
  postpone(ids: string[], until: Date): Promise<void>;
  /** Another attempt can never succeed: they wait for a person. */
  giveUp(ids: string[], sentence: string): Promise<void>;
  /** The connection is gone: nothing of it is tried again by itself. */
  standDown(connectionId: string): Promise<void>;
  /** What waited for this has it now: due at once. Answers how many. */
  mended(connectionId: string, mend: Mend, now: Date): Promise<number>;
  /** Of these connections, those with items that were due before. */
  overdue(connectionIds: string[], before: Date): Promise<Set<string>>;
}

export function queueRetryStore({ sequelize, models }: AppDb): QueueRetryStore {
  const { queue } = models;
  return {
    async takeDue({ connectionId, now, limit }) {
      const ids = await select<{ id: string }>(
        sequelize,
        `SELECT id FROM integration_error_queue WHERE connection_id = :connectionId AND next_attempt_at <= :now
         ORDER BY id LIMIT :limit`,
        { connectionId, now: sqlTime(now), limit },
      );
      if (ids.length === 0) return [];
      const taken = ids.map(({ id }) => id);
      // A person may close one of them meanwhile.
      await write(
        sequelize,
        `UPDATE integration_error_queue SET state = 'retrying' WHERE id IN (:taken) AND open_cause IS NOT NULL`,
        { taken },
      );
      const rows = await queue.findAll({ where: { id: taken, state: 'retrying' }, order: [['id', 'ASC']] });
      return rows.map(plain).map(outgoing);
    },

    async earliest(connectionId) {
      const [row] = await select<{ at: Date | null }>(
        sequelize,
        'SELECT MIN(next_attempt_at) AS `at` FROM integration_error_queue WHERE connection_id = :connectionId AND next_attempt_at IS NOT NULL',
        { connectionId },
      );
      return row?.at ?? null;
    },

    async handOver(ids, until) {
      if (ids.length === 0) return;
      await write(
        sequelize,
        'UPDATE integration_error_queue SET next_attempt_at = :until WHERE id IN (:ids) AND open_cause IS NOT NULL',
        { ids, until: sqlTime(until) },
      );
    },

    async postpone(ids, until) {
      if (ids.length === 0) return;
      await write(
        sequelize,
        `UPDATE integration_error_queue SET state = 'pending', next_attempt_at = :until WHERE id IN (:ids) AND open_cause IS NOT NULL`,
        { ids, until: sqlTime(until) },
      );
    },

    async giveUp(ids, sentence) {
      if (ids.length === 0) return;
      await write(
        sequelize,
        `UPDATE integration_error_queue SET state = 'dead', mend = 'person', next_attempt_at = NULL, sentence = :sentence,
           last_seen_at = :now
         WHERE id IN (:ids) AND open_cause IS NOT NULL`,
        { ids, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
      );
    },

    async standDown(connectionId) {
      await write(
        sequelize,
        `UPDATE integration_error_queue SET next_attempt_at = NULL, state = 'dead', mend = 'person'
         WHERE connection_id = :connectionId AND next_attempt_at IS NOT NULL`,
        { connectionId },
      );
    },

    async mended(connectionId, mend, now) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE integration_error_queue SET next_attempt_at = :now
         WHERE connection_id = :connectionId AND mend = :mend AND open_cause IS NOT NULL`,
        { connectionId, mend, now: sqlTime(now) },
      );
      return affectedRows;
    },

    async overdue(connectionIds, before) {
      if (connectionIds.length === 0) return new Set();
      const rows = await select<{ connectionId: string }>(
        sequelize,
        `SELECT DISTINCT connection_id AS connectionId FROM integration_error_queue
         WHERE connection_id IN (:connectionIds) AND next_attempt_at < :before`,
        { connectionIds, before: sqlTime(before) },
      );
      return new Set(rows.map(({ connectionId }) => connectionId));
    },
  };
}
