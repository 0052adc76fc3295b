import type { AuditAction } from '../../../domain/audit-actions.ts';
import type { Transaction } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import type { PushState } from '../../../domain/push.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { cutPage, numberBelow, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import { askPush, type PushAsked } from '../ask-push.ts';
import type { AppDb } from '../context.ts';
import { isHead, openStates, readPushes, type Push } from '../push-rows.ts';
import { putFailure } from '../put-failure.ts';
import type { By } from './audit.ts';
import { resolvedByEngine } from './error-queue.ts';

export type { Push } from '../push-rows.ts';

export type PushEnd =
  | { state: 'done'; mappingVersion: number | null }
  | { state: 'failed' | 'conflict'; code: FailureCode; sentence: string; mappingVersion: number | null };

export interface PushesStanding {
  /** Those that go out by themselves when they can. */
  waiting: number;
  oldestAt: Date | null;
  /** Those that a person decides. */
  needPerson: number;
}

/** Each record's pushes are sent in the order in which they were asked for, one at a time. */
export interface PushStore {
  /** What the deal is here, with what was asked for before and is on its way, is what the person saw. Throws `NotFound`. */
  ask(input: PushAsked, audit: By): Promise<Push>;
  find(id: string): Promise<Push | null>;
  /** Newest first. */
  list(input: PageInput & { connectionId: string; state?: PushState | undefined }): Promise<Page<Push>>;
  /** Those that are open, of these records of one object, in order. */
  openOf(input: { connectionId: string; externalIds: string[] }): Promise<Push[]>;
  standing(connectionId: string): Promise<PushesStanding>;
  /** The first of each record, where it is due. */
  due(input: { connectionId: string; now: Date; limit: number }): Promise<Push[]>;
  /** When the next one is due, and the most attempts that one of those has had; `null`: none will be by itself. */
  nextDue(connectionId: string): Promise<{ at: Date; attempts: number } | null>;
  /** Right before the provider is asked to write: whether it is still to be written. */
  claim(id: string): Promise<boolean>;
  /** It goes on waiting. */
  wait(id: string, why: { code: FailureCode; sentence: string; nextAttemptAt: Date }): Promise<void>;
  /** Together with its item in the error queue. */
  finish(id: string, end: PushEnd): Promise<void>;
  /** Throws `Conflict` for one that is being written at this moment, or is over. */
  cancel(id: string, audit: By): Promise<Push>;
  /** A person lets it be tried again. Throws `Conflict` for one that is over. */
  retry(id: string, options: { overwrites: boolean }, audit: By): Promise<Push>;
  /** In the engine's name, when the connection is no more. */
  cancelAll(connectionId: string, sentence: string): Promise<void>;
  /** Of these connections, since when one waits that is due. */
  dueSinceOf(connectionIds: string[], now: Date): Promise<Map<string, Date>>;
}

export function pushStore(db: AppDb): PushStore {
  const { sequelize } = db;

  const settleItem = (id: string, transaction: Transaction) =>
    write(
      sequelize,
      `UPDATE integration_error_queue SET ${resolvedByEngine} WHERE kind = 'push' AND open_cause = :id
         AND connection_id = (SELECT connection_id FROM record_pushes WHERE id = :id)`,
      { id, now: sqlTime(new Date()) },
      transaction,
    );

  /** A person's change of one that is not over, with its audit row. */
  const change = (
    id: string,
    audit: By,
    action: AuditAction,
    apply: (push: Push, transaction: Transaction) => Promise<unknown>,
  ) =>
    inTransaction(sequelize, async (transaction) => {
      const [push] = await readPushes(sequelize, 'WHERE p.id = :id FOR UPDATE', { id }, transaction);
      if (!push) throw new NotFound('push', id);
      if (push.state === 'done' || push.state === 'cancelled') throw new Conflict(`The push is ${push.state} already.`);
      await apply(push, transaction);
      const facts = { detail: { from: push.state, fields: Object.keys(push.wanted) } };
      await appendAudit(db, { ...audit, companyId: push.companyId, action, subject: id, outcome: 'done', ...facts }, transaction);
      return (await readPushes(sequelize, 'WHERE p.id = :id', { id }, transaction))[0]!;
    });

  return {
    ask: (input, audit) => askPush(db, input, audit),

    find: async (id) => (await readPushes(sequelize, 'WHERE p.id = :id', { id }))[0] ?? null,

    async list({ connectionId, state, cursor, limit }) {
      const rows = await readPushes(
        sequelize,
        `WHERE p.connection_id = :connectionId AND p.place < :before${state ? ' AND p.state = :state' : ''}
         ORDER BY p.place DESC LIMIT :limit`,
        { connectionId, state, before: numberBelow(cursor), limit: limit + 1 },
      );
      return cutPage(rows, limit, ({ place }) => String(place));
    },

    async openOf({ connectionId, externalIds }) {
      if (externalIds.length === 0) return [];
      return readPushes(
        sequelize,
        `WHERE p.connection_id = :connectionId AND p.object = 'deal' AND p.external_id IN (:externalIds)
           AND p.state IN (${openStates}) ORDER BY p.place`,
        { connectionId, externalIds },
      );
    },

    async standing(connectionId) {
      const [row] = await select<{ waiting: number; oldestAt: Date | null; needPerson: number }>(
        sequelize,
        `SELECT COUNT(CASE WHEN state IN ('waiting', 'sending') THEN 1 END) AS waiting,
           MIN(CASE WHEN state IN ('waiting', 'sending') THEN asked_at END) AS oldestAt,
           COUNT(CASE WHEN state IN ('failed', 'conflict') THEN 1 END) AS needPerson
         FROM record_pushes WHERE connection_id = :connectionId AND state IN (${openStates})`,
        { connectionId },
      );
      return row!;
    },

    due: ({ connectionId, now, limit }) =>
      readPushes(
        sequelize,
        `WHERE p.connection_id = :connectionId AND p.state IN ('waiting', 'sending')
           AND (p.next_attempt_at IS NULL OR p.next_attempt_at <= :now) AND ${isHead} ORDER BY p.place LIMIT :limit`,
        { connectionId, now: sqlTime(now), limit },
      ),

    async nextDue(connectionId) {
      const [row] = await select<{ at: Date | null; attempts: number | null }>(
        sequelize,
        `SELECT MIN(COALESCE(p.next_attempt_at, p.asked_at)) AS at, MAX(p.attempts) AS attempts FROM record_pushes p
         WHERE p.connection_id = :connectionId AND p.state IN ('waiting', 'sending') AND ${isHead}`,
        { connectionId },
      );
      return row?.at ? { at: row.at, attempts: row.attempts ?? 0 } : null;
    },

    async claim(id) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE record_pushes SET state = 'sending', attempts = attempts + 1 WHERE id = :id AND state IN ('waiting', 'sending')`,
        { id },
      );
      return affectedRows === 1;
    },

    async wait(id, { code, sentence, nextAttemptAt }) {
      await write(
        sequelize,
        `UPDATE record_pushes SET attempts = attempts + IF(state = 'waiting', 1, 0), state = 'waiting', code = :code,
           sentence = :sentence, next_attempt_at = :at
         WHERE id = :id AND state IN ('waiting', 'sending')`,
        { id, code, sentence: boundedSentence(sentence), at: sqlTime(nextAttemptAt) },
      );
    },

    finish: (id, end) =>
      inTransaction(sequelize, async (transaction) => {
        const [push] = await readPushes(sequelize, 'WHERE p.id = :id FOR UPDATE', { id }, transaction);
        if (!push || (push.state !== 'waiting' && push.state !== 'sending')) return;
        const { code, sentence } = end.state === 'done' ? { code: null, sentence: null } : end;
        await write(
          sequelize,
          `UPDATE record_pushes SET state = :state, code = :code, sentence = :sentence, mapping_version = :mappingVersion,
             next_attempt_at = NULL, finished_at = :finishedAt WHERE id = :id`,
          {
            id,
            state: end.state,
            code,
            sentence: sentence && boundedSentence(sentence),
            mappingVersion: end.mappingVersion,
            finishedAt: end.state === 'done' ? sqlTime(new Date()) : null,
          },
          transaction,
        );
        if (end.state === 'done') return void (await settleItem(id, transaction));
        const { companyId, connectionId } = push;
        const failure = { code: end.code, sentence: end.sentence, rawEventId: null };
        await putFailure(db, { companyId, connectionId, kind: 'push', cause: id, ...failure }, transaction);
      }),

    cancel: (id, audit) =>
      change(id, audit, 'push.cancel', async ({ state }, transaction) => {
        if (state === 'sending') throw new Conflict('The push is being written at this moment: look again in a minute.');
        const now = sqlTime(new Date());
        await write(
          sequelize,
          `UPDATE record_pushes SET state = 'cancelled', next_attempt_at = NULL, finished_at = :now WHERE id = :id`,
          { id, now },
          transaction,
        );
        await settleItem(id, transaction);
      }),

    retry: (id, { overwrites }, audit) =>
      change(id, audit, overwrites ? 'push.overwrite' : 'push.retry', async ({ state }, transaction) => {
        await write(
          sequelize,
          `UPDATE record_pushes SET state = IF(state = 'sending', state, 'waiting'), next_attempt_at = NULL,
             overwrites = overwrites OR :overwrites${state === 'waiting' ? '' : ', attempts = 0'} WHERE id = :id`,
          { id, overwrites },
          transaction,
        );
        await write(
          sequelize,
          `UPDATE integration_error_queue SET state = 'retrying', next_attempt_at = NULL WHERE kind = 'push' AND open_cause = :id
             AND connection_id = (SELECT connection_id FROM record_pushes WHERE id = :id)`,
          { id },
          transaction,
        );
      }),

    cancelAll: (connectionId, sentence) =>
      inTransaction(sequelize, async (transaction) => {
        const now = sqlTime(new Date());
        await write(
          sequelize,
          `UPDATE record_pushes SET state = 'cancelled', sentence = :sentence, next_attempt_at = NULL, finished_at = :now
           WHERE connection_id = :connectionId AND state IN (${openStates})`,
          { connectionId, sentence: boundedSentence(sentence), now },
          transaction,
        );
        await write(
          sequelize,
          `UPDATE integration_error_queue SET ${resolvedByEngine}
           WHERE connection_id = :connectionId AND kind = 'push' AND open_cause IS NOT NULL`,
          { connectionId, now },
          transaction,
        );
      }),

    async dueSinceOf(connectionIds, now) {
      if (connectionIds.length === 0) return new Map();
      const rows = await select<{ connectionId: string; since: Date }>(
        sequelize,
        `SELECT p.connection_id AS connectionId, MIN(COALESCE(p.next_attempt_at, p.asked_at)) AS since FROM record_pushes p
         WHERE p.connection_id IN (:connectionIds) AND p.state IN ('waiting', 'sending')
           AND (p.next_attempt_at IS NULL OR p.next_attempt_at <= :now) AND ${isHead} GROUP BY p.connection_id`,
        { connectionIds, now: sqlTime(now) },
      );
      return new Map(rows.map((row) => [row.connectionId, row.since]));
    },
  };
}
