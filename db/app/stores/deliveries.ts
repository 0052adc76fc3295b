import { Op, type Model, type Transaction } from 'sequelize';
import { type DeliveryStatus, mayAdvance } from '../../../domain/delivery-status.ts';
import { Conflict, isDuplicate, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
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
export type ClaimAnswer =
  { first: true } | { first: false; status: DeliveryStatus; attemptedAt: Date | null; externalId: string | null };

/** A delivery only moves up (`mayAdvance`), save by `release`. Each move leaves a row of history. Changes throw `NotFound`. */
export interface DeliveryStore {
  create(
    input: Pick<Delivery, 'companyId' | 'connectionId' | 'templateId' | 'variables' | 'from' | 'to' | 'body' | 'segments'>,
    audit: By,
  ): Promise<Delivery>;
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
  /** Marks the attempt before the request goes out. `first` is false when an earlier attempt may have gone out. */
  claim(id: string): Promise<ClaimAnswer>;
  /** Back to `queued`: the request certainly had no effect, or a person said so of an ambiguous one. */
  release(id: string): Promise<void>;
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
  advance(
    id: string,
    status: DeliveryStatus,
    input: { source: StatusSource; errorCode?: string | null | undefined; sentence?: string | null | undefined },
  ): Promise<Delivery>;
  /** Those of the provider's ids that belong to a delivery already. */
  claimedExternalIds(connectionId: string, externalIds: string[]): Promise<string[]>;
}

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

  return {
    create: (input, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const { companyId, connectionId, templateId, variables, from, to, body, segments } = input;
        const [id, now] = [newId('delivery'), new Date()];
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
      locked(id, async (row, { status, attemptedAt, externalId, attempts }, transaction): Promise<ClaimAnswer> => {
        if (status !== 'queued') return { first: false, status, attemptedAt, externalId };
        await row.update(
          { status: 'sending', attemptedAt: new Date(), attempts: attempts + 1, updatedAt: new Date() },
          { transaction },
        );
        await remember(id, { status: 'sending', source: 'us', errorCode: null }, transaction);
        return { first: true };
      }),

    release: (id) =>
      locked(id, async (row, { status }, transaction) => {
        if (status === 'queued') return;
        if (status !== 'sending' && status !== 'ambiguous')
          throw new Conflict(`The message is ${status}: it cannot be sent again.`);
        await row.update(
          { status: 'queued', attemptedAt: null, errorCode: null, sentence: null, updatedAt: new Date() },
          { transaction },
        );
        await remember(id, { status: 'queued', source: status === 'sending' ? 'us' : 'person', errorCode: null }, transaction);
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

    advance: (id, status, { source, errorCode = null, sentence = null }) =>
      locked(id, async (row, before, transaction) => {
        if (!mayAdvance(before.status, status)) return before;
        const words = sentence === null ? null : boundedSentence(sentence);
        await row.update({ status, errorCode, sentence: words, updatedAt: new Date() }, { transaction });
        await remember(id, { status, source, errorCode }, transaction);
        return plain(row);
      }),

    async claimedExternalIds(connectionId, externalIds) {
      if (externalIds.length === 0) return [];
      const rows = await deliveries.findAll({ where: { connectionId, externalId: { [Op.in]: externalIds } } });
      return rows.map((row) => plain(row).externalId!);
    },
  };
}
