import { Op, type Model, type Transaction } from 'sequelize';
import { type DeliveryStatus, deliveryStatuses, isFinal, mayAdvance } from '../../../domain/delivery-status.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import { Conflict, isDuplicate, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { endingOf, firstId, newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { elapsedMs, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

export interface Delivery {
  id: string;
  companyId: string;
  connectionId: string;
  templateId: string | null;
  variables: Record<string, string>;
  from: string;
  to: string;
  body: string;
  segments: number;
  status: DeliveryStatus;
  externalId: string | null;
  /** The provider's own code. */
  errorCode: string | null;
  /** What went wrong, in words. */
  sentence: string | null;
  attempts: number;
  attemptedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
export type StatusSource = 'us' | 'callback' | 'lookup' | 'person';
export interface DeliveryMoment {
  status: DeliveryStatus;
  at: Date;
  source: StatusSource;
  errorCode: string | null;
}
/** The latest attempt at sending. `elapsedMs` is since its claim, by the database's clock: those of two workers may differ. */
export interface Attempt {
  number: number;
  elapsedMs: number;
}

export interface UnfinishedDelivery extends Pick<Delivery, 'id' | 'companyId' | 'connectionId' | 'status'> {
  providerKey: string;
  /** What a person was asked about it and has not answered. */
  question: { code: FailureCode; sentence: string } | null;
}

/** A delivery only moves up (`mayAdvance`), save by `release` and `sendAgain`. Each move leaves a row of history. Changes throw `NotFound`. */
export interface DeliveryStore {
  /** `request` names who asked for it, so that `madeFor` finds it. */
  create(
    input: Pick<Delivery, 'companyId' | 'connectionId' | 'templateId' | 'variables' | 'from' | 'to' | 'body' | 'segments'> & {
      request?: string | undefined;
      /** One that was given before. */
      id?: string;
    },
    audit: By,
  ): Promise<Delivery>;
  /** What was made in the last days for this request, and not withdrawn by us. */
  madeFor(connectionId: string, request: string): Promise<Delivery | null>;
  find(id: string): Promise<Delivery | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      status?: DeliveryStatus | undefined;
    },
  ): Promise<Page<Delivery>>;
  /** Oldest first. */
  history(id: string): Promise<DeliveryMoment[]>;
  /** Marks an attempt before its request goes out, and answers its number; `null` when an earlier one may have gone out. */
  claim(id: string): Promise<number | null>;
  lastAttempt(id: string): Promise<Attempt>;
  /** Back to `queued`: this attempt certainly had no effect. `false` when the row has moved on, or another attempt has claimed it. */
  release(id: string, attempt: number): Promise<boolean>;
  /** Back to `queued`, because a person said so of a message that nobody could know of. */
  sendAgain(id: string, actor: string): Promise<void>;
  /** What the provider answered to the request, or what a look at the provider found. */
  accepted(
    id: string,
    sent: {
      externalId: string;
      status: DeliveryStatus;
      segments: number | null;
      errorCode: string | null;
      source: StatusSource;
      sentence?: string | null | undefined;
    },
  ): Promise<Delivery>;
  /** With `actor`, the person who said so, it leaves an audit row. */
  advance(
    id: string,
    status: DeliveryStatus,
    input: {
      source: StatusSource;
      errorCode?: string | null | undefined;
      sentence?: string | null | undefined;
      actor?: string | undefined;
    },
  ): Promise<Delivery>;
  /** Oldest first, from behind `after` on: what is not final and has not changed since `before`. */
  unfinished(input: { before: Date; after: string | null; limit: number }): Promise<UnfinishedDelivery[]>;
  /** Those of the provider's ids that belong to a delivery already. */
  claimedExternalIds(connectionId: string, externalIds: string[]): Promise<string[]>;
}

/** Longer than a request's Idempotency-Key is kept. */
const soughtForMs = 3 * 86_400_000;

const unfinished = deliveryStatuses.filter((status) => !isFinal(status));

export function deliveryStore(db: AppDb): DeliveryStore {
  const { sequelize } = db;
  const { deliveries } = db.models;
  type LockedRow = Model<Delivery, Partial<Delivery>>;

  const locked = <T>(
    id: string,
    work: (row: LockedRow, delivery: Delivery, transaction: Transaction) => Promise<T>,
  ): Promise<T> =>
    inTransaction(sequelize, async (transaction) => {
      const row = await deliveries.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('message', id);
      return work(row, plain(row), transaction);
    });

  const remember = (deliveryId: string, moment: Omit<DeliveryMoment, 'at'>, transaction: Transaction) =>
    write(
      sequelize,
      `INSERT INTO message_delivery_statuses (delivery_id, status, source, error_code, changed_at)
       VALUES (:deliveryId, :status, :source, :errorCode, :at)`,
      { deliveryId, ...moment, at: sqlTime(new Date()) },
      transaction,
    );

  const requeue = async (row: LockedRow, source: StatusSource, transaction: Transaction): Promise<void> => {
    await row.update(
      { status: 'queued', attemptedAt: null, errorCode: null, sentence: null, updatedAt: new Date() },
      { transaction },
    );
    await remember(plain(row).id, { status: 'queued', source, errorCode: null }, transaction);
  };

  const auditMove = (
    { from, companyId, id }: { from: DeliveryStatus; companyId: string; id: string },
    to: DeliveryStatus,
    actor: string,
    transaction: Transaction,
  ) =>
    appendAudit(
      db,
      { companyId, actor, action: 'message.status', subject: id, outcome: 'done', detail: { from, to } },
      transaction,
    );

  return {
    create: (input, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const { companyId, connectionId, templateId, variables, from, to, body, segments, request } = input;
        const [id, now] = [input.id ?? newId('delivery', request && endingOf(request)), new Date()];
        const row: Delivery = {
          id,
          companyId,
          connectionId,
          templateId,
          variables,
          from,
          to,
          body,
          segments,
          status: 'queued',
          externalId: null,
          errorCode: null,
          sentence: null,
          attempts: 0,
          attemptedAt: null,
          createdAt: now,
          updatedAt: now,
        };
        await deliveries.create(row, { transaction });
        await remember(id, { status: 'queued', source: 'us', errorCode: null }, transaction);
        await appendAudit(
          db,
          { ...audit, companyId, action: 'message.send', subject: id, outcome: 'done', detail: { connectionId, templateId } },
          transaction,
        );
        return row;
      }),

    async madeFor(connectionId, request) {
      const [made] = await select<{ id: string }>(
        sequelize,
        // By message_deliveries_by_connection, of which it reads the last days alone.
        `SELECT d.id FROM message_deliveries d WHERE d.connection_id = :connectionId AND d.id > :since AND d.id LIKE :ending
           AND NOT EXISTS (SELECT 1 FROM message_delivery_statuses s
             WHERE s.delivery_id = d.id AND s.status = 'cancelled' AND s.source = 'us')`,
        { connectionId, since: firstId('delivery', new Date(Date.now() - soughtForMs)), ending: `%${endingOf(request)}` },
      );
      return made ? plainOrNull(await deliveries.findByPk(made.id)) : null;
    },

    find: async (id) => plainOrNull(await deliveries.findByPk(id)),
    list: ({ companyId, connectionId, status, ...page }) => pageOf(deliveries, { companyId, connectionId, status }, page),
    history: (id) =>
      select<DeliveryMoment>(
        sequelize,
        `SELECT status, changed_at AS \`at\`, source, error_code AS errorCode FROM message_delivery_statuses
         WHERE delivery_id = :id ORDER BY id`,
        { id },
      ),

    claim: (id) =>
      locked(id, async (_, { status, attempts }, transaction) => {
        if (status !== 'queued') return null;
        const number = attempts + 1;
        await write(
          sequelize,
          `UPDATE message_deliveries SET status = 'sending', attempts = :number, attempted_at = UTC_TIMESTAMP(3) WHERE id = :id`,
          { id, number },
          transaction,
        );
        await remember(id, { status: 'sending', source: 'us', errorCode: null }, transaction);
        return number;
      }),

    async lastAttempt(id) {
      const [attempt] = await select<Attempt>(
        sequelize,
        `SELECT attempts AS number, ${elapsedMs('COALESCE(attempted_at, created_at)')} AS elapsedMs FROM message_deliveries
         WHERE id = :id`,
        { id },
      );
      if (!attempt) throw new NotFound('message', id);
      return attempt;
    },

    release: (id, attempt) =>
      locked(id, async (row, { status, externalId, attempts }, transaction) => {
        if (status !== 'sending' || externalId !== null || attempts !== attempt) return false;
        await requeue(row, 'us', transaction);
        return true;
      }),

    sendAgain: (id, actor) =>
      locked(id, async (row, before, transaction) => {
        const { status, companyId } = before;
        if (status === 'queued') return;
        if (status !== 'sending' && status !== 'ambiguous')
          throw new Conflict(`The message is ${status}: it cannot be sent again.`);
        await requeue(row, 'person', transaction);
        await auditMove({ from: status, companyId, id }, 'queued', actor, transaction);
      }),

    accepted: (id, { externalId, status, segments, errorCode, source, sentence }) =>
      locked(id, async (row, before, transaction) => {
        if (before.externalId !== null && before.externalId !== externalId)
          throw new Conflict('The message is bound to another one at the provider already.');
        const moves = mayAdvance(before.status, status);
        const changes = {
          externalId,
          segments: segments ?? before.segments,
          updatedAt: new Date(),
          ...(moves && { status, errorCode, sentence: sentence ? boundedSentence(sentence) : null }),
        };
        await row.update(changes, { transaction }).catch((error: unknown) => {
          if (isDuplicate(error)) throw new Conflict('That message at the provider belongs to another delivery.');
          throw error;
        });
        if (moves) await remember(id, { status, source, errorCode }, transaction);
        return plain(row);
      }),

    advance: (id, status, { source, errorCode = null, sentence = null, actor }) =>
      locked(id, async (row, before, transaction) => {
        if (!mayAdvance(before.status, status)) return before;
        const words = sentence === null ? null : boundedSentence(sentence);
        const move = { from: before.status, companyId: before.companyId, id };
        await row.update({ status, errorCode, sentence: words, updatedAt: new Date() }, { transaction });
        await remember(id, { status, source, errorCode }, transaction);
        if (actor) await auditMove(move, status, actor, transaction);
        return plain(row);
      }),

    async unfinished({ before, after, limit }) {
      const rows = await select<Omit<UnfinishedDelivery, 'question'> & { code: FailureCode | null; sentence: string | null }>(
        sequelize,
        `SELECT d.id, d.company_id AS companyId, d.connection_id AS connectionId, c.provider_key AS providerKey, d.status,
           q.code, q.sentence
         FROM message_deliveries d JOIN integration_connections c ON c.id = d.connection_id
         LEFT JOIN integration_error_queue q ON q.delivery_id = d.id AND q.closed_at IS NULL
         WHERE d.status IN (:unfinished) AND d.updated_at < :before AND d.id > :after ORDER BY d.id LIMIT :limit`,
        { unfinished, before: sqlTime(before), after: after ?? '', limit },
      );
      return rows.map(({ code, sentence, ...delivery }) => ({
        ...delivery,
        question: code && sentence ? { code, sentence } : null,
      }));
    },

    async claimedExternalIds(connectionId, externalIds) {
      if (externalIds.length === 0) return [];
      const rows = await deliveries.findAll({ where: { connectionId, externalId: { [Op.in]: externalIds } } });
      return rows.map((row) => plain(row).externalId!);
    },
  };
}
