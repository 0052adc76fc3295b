import type { Transaction } from 'sequelize';
import type { FallbackWay } from '../../../domain/message-fallback.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

/** What a person does in place of a message. What they wrote of it is kept sealed. */
export interface MessageFallback {
  id: string;
  companyId: string;
  connectionId: string;
  deliveryId: string;
  how: FallbackWay;
  /** `pending` until the message's workflow has carried it out. */
  state: 'pending' | 'done';
  /** The message sent instead; its id is there before it is. */
  other: { connectionId: string; from: string; deliveryId: string } | null;
  askedBy: string;
  askedAt: Date;
  doneAt: Date | null;
}

export interface FallbackAsked extends Pick<MessageFallback, 'companyId' | 'connectionId' | 'deliveryId' | 'how'> {
  /** E.164. */
  to: string;
  words: string | null;
  other: { connectionId: string; from: string } | null;
}

export interface MessageFallbackStore {
  /** One for each message. Asked again while it is pending, it takes what is said now. Throws `Conflict` when it was done. */
  ask(input: FallbackAsked, audit: By): Promise<MessageFallback & { isNew: boolean }>;
  /** What is in force for the message. */
  of(deliveryId: string): Promise<MessageFallback | null>;
  /** Opens what the person wrote; `null` where there is nothing, or it was erased. */
  words(id: string): Promise<string | null>;
  /** Repeatable. Throws `NotFound`. */
  done(id: string): Promise<void>;
  /** The message came through after all, or its workflow refused. Repeatable; what was done stays. */
  discard(id: string): Promise<void>;
}

/** What binds the sealed words to the row. */
export const wordsBinding = (id: string) => `fallback:${id}`;

const columns = `id, company_id AS companyId, connection_id AS connectionId, delivery_id AS deliveryId, how, state,
  other_connection_id AS otherConnectionId, other_from AS otherFrom, other_delivery_id AS otherDeliveryId, asked_by AS askedBy,
  asked_at AS askedAt, done_at AS doneAt`;
type Row = Omit<MessageFallback, 'other'> & Record<'otherConnectionId' | 'otherFrom' | 'otherDeliveryId', string | null>;

export function messageFallbackStore(db: AppDb): MessageFallbackStore {
  const { sequelize, keyring } = db;

  async function inForce(deliveryId: string, transaction?: Transaction): Promise<MessageFallback | null> {
    const sql = `SELECT ${columns} FROM message_fallbacks WHERE in_force_for = :deliveryId${transaction ? ' FOR UPDATE' : ''}`;
    const [row] = await select<Row>(sequelize, sql, { deliveryId }, transaction);
    return row ? outgoing(row) : null;
  }

  return {
    async ask({ words, other, ...input }, audit) {
      const key = await keyring.current(input.companyId);
      return inTransaction(sequelize, async (transaction) => {
        const { companyId, connectionId, deliveryId, how } = input;
        const earlier = await inForce(deliveryId, transaction);
        if (earlier?.state === 'done') throw new Conflict(`Something was done instead already: it was ${earlier.how}.`);
        const id = earlier?.id ?? newId('fallback');
        const values = {
          ...input,
          id,
          words: words === null ? null : key.seal(wordsBinding(id), Buffer.from(words)),
          version: words === null ? null : key.version,
          otherConnectionId: other?.connectionId ?? null,
          otherFrom: other?.from ?? null,
          // Kept over a repeat: two calls never send two.
          otherDeliveryId: other ? (earlier?.other?.deliveryId ?? newId('delivery')) : null,
          actor: audit.actor,
        };
        const taken = ['how', 'words', 'key_version', 'other_connection_id', 'other_from', 'other_delivery_id', 'asked_by'];
        await write(
          sequelize,
          `INSERT INTO message_fallbacks (id, company_id, connection_id, delivery_id, in_force_for, how, state, to_address, words,
             key_version, other_connection_id, other_from, other_delivery_id, asked_by, asked_at)
           VALUES (:id, :companyId, :connectionId, :deliveryId, :deliveryId, :how, 'pending', :to, :words, :version,
             :otherConnectionId, :otherFrom, :otherDeliveryId, :actor, UTC_TIMESTAMP(3))
           ON DUPLICATE KEY UPDATE ${taken.map((name) => `${name} = VALUES(${name})`).join(', ')}`,
          values,
          transaction,
        );
        const detail = { connectionId, deliveryId, how, ...(other && { otherConnectionId: other.connectionId }) };
        const entry = { companyId, action: 'message.fall_back' as const, subject: id, outcome: 'asked' as const, detail };
        await appendAudit(db, { ...audit, ...entry }, transaction);
        return { ...(await inForce(deliveryId, transaction))!, isNew: earlier === null };
      });
    },

    of: (deliveryId) => inForce(deliveryId),

    async words(id) {
      const [row] = await select<{ companyId: string; words: Buffer | null; version: number }>(
        sequelize,
        'SELECT company_id AS companyId, words, key_version AS version FROM message_fallbacks WHERE id = :id',
        { id },
      );
      if (!row?.words) return null;
      return (await keyring.version(row.companyId, row.version)).open(wordsBinding(id), row.words).toString();
    },

    done: (id) =>
      inTransaction(sequelize, async (transaction) => {
        const sql = `SELECT ${columns} FROM message_fallbacks WHERE id = :id AND in_force_for IS NOT NULL FOR UPDATE`;
        const [row] = await select<Row>(sequelize, sql, { id }, transaction);
        if (!row) throw new NotFound('way in place of a message', id);
        if (row.state === 'done') return;
        await write(
          sequelize,
          `UPDATE message_fallbacks SET state = 'done', done_at = UTC_TIMESTAMP(3) WHERE id = :id`,
          { id },
          transaction,
        );
        const { companyId, deliveryId, how, askedBy: actor } = row;
        const entry = { companyId, actor, action: 'message.fall_back' as const, subject: id, outcome: 'done' as const };
        await appendAudit(db, { ...entry, detail: { deliveryId, how } }, transaction);
      }),

    async discard(id) {
      const sql = `UPDATE message_fallbacks SET state = 'discarded', in_force_for = NULL WHERE id = :id AND state = 'pending'`;
      await write(sequelize, sql, { id });
    },
  };
}

function outgoing({ otherConnectionId, otherFrom, otherDeliveryId, ...row }: Row): MessageFallback {
  const other =
    otherConnectionId && otherFrom && otherDeliveryId
      ? { connectionId: otherConnectionId, from: otherFrom, deliveryId: otherDeliveryId }
      : null;
  return { ...row, other };
}
