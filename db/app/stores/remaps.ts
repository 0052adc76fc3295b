import type { CanonicalObject, CanonicalRecord } from '../../../domain/records.ts';
import { noCounts, type RemapCounts } from '../../../domain/remap.ts';
import { NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { lockConnection } from '../publish-mapping.ts';
import { countByVersion, readVersions, writeRecords } from '../records/write-records.ts';
import type { By } from './audit.ts';
import type { Transaction } from 'sequelize';

export interface Remap {
  id: string;
  connectionId: string;
  companyId: string;
  object: CanonicalObject;
  fromVersion: number;
  toVersion: number;
  /** The last stored event that was looked at. */
  afterEvent: string;
  counts: RemapCounts;
  /** `null` while it is under way. */
  outcome: 'succeeded' | 'failed' | null;
  sentence: string | null;
  askedBy: string;
  askedAt: Date;
  finishedAt: Date | null;
}
interface ObjectRef {
  connectionId: string;
  object: CanonicalObject;
}

export interface RemapStore {
  /** One at a time for each connection and object: while one is under way, that one is answered. */
  ask(input: ObjectRef & { fromVersion: number; toVersion: number }, audit: By): Promise<Remap>;
  find(id: string): Promise<Remap | null>;
  /** The newest. */
  latest(ref: ObjectRef): Promise<Remap | null>;
  /**
   * Records, counts and place of one piece in one transaction; a piece that was saved before is not saved again. Rows of a mapping
   * version before the remap's first are left as they are.
   */
  savePiece(
    remap: Remap,
    piece: { records: CanonicalRecord[]; failed: number; gone: number; replayed: number; upTo: string },
  ): Promise<Remap>;
  /** Repeatable: the first end stands. */
  close(id: string, end: { outcome: 'succeeded' | 'failed'; sentence: string }): Promise<void>;
  /** How many rows each mapping version has made, the oldest first; `null` is what events made. */
  standing(ref: ObjectRef): Promise<{ version: number | null; rows: number }[]>;
}

export function remapStore(db: AppDb): RemapStore {
  const { sequelize } = db;

  const readOne = async (where: string, values: object, transaction?: Transaction, end = ''): Promise<Remap | null> => {
    const [row] = await select<Omit<Remap, 'counts' | 'afterEvent'> & RemapCounts & { afterEvent: number }>(
      sequelize,
      `SELECT id, connection_id AS connectionId, company_id AS companyId, object, from_version AS fromVersion, to_version AS toVersion,
         after_event AS afterEvent, ${counted.join(', ')}, outcome, sentence, asked_by AS askedBy, asked_at AS askedAt,
         finished_at AS finishedAt
       FROM integration_remaps WHERE ${where} ${end}`,
      { ...values },
      transaction,
    );
    if (!row) return null;
    const { replayed, created, updated, unchanged, ignored, failed, gone, ...remap } = row;
    const counts = { replayed, created, updated, unchanged, ignored, failed, gone };
    return { ...remap, afterEvent: String(remap.afterEvent), counts };
  };

  return {
    ask: ({ connectionId, object, fromVersion, toVersion }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const companyId = await lockConnection(db, connectionId, transaction);
        const open = await readOne(
          'connection_id = :connectionId AND open_object = :object',
          { connectionId, object },
          transaction,
        );
        if (open) return open;
        const id = newId('remap');
        await write(
          sequelize,
          `INSERT INTO integration_remaps (id, connection_id, company_id, object, open_object, from_version, to_version, asked_by, asked_at)
           VALUES (:id, :connectionId, :companyId, :object, :object, :fromVersion, :toVersion, :actor, :at)`,
          { id, connectionId, companyId, object, fromVersion, toVersion, actor: audit.actor, at: sqlTime(new Date()) },
          transaction,
        );
        const detail = { object, fromVersion, toVersion, remap: id };
        const told = { ...audit, companyId, action: 'mapping.remap', subject: connectionId, outcome: 'done' } as const;
        await appendAudit(db, { ...told, detail }, transaction);
        return (await readOne('id = :id', { id }, transaction))!;
      }),

    find: (id) => readOne('id = :id', { id }),
    // Not by their ids: those are in the order of the API's clocks.
    latest: (ref) =>
      readOne(
        'connection_id = :connectionId AND object = :object',
        ref,
        undefined,
        'ORDER BY open_object IS NULL, to_version DESC, id DESC LIMIT 1',
      ),

    savePiece: ({ id, connectionId, companyId, object, afterEvent: expected }, piece) =>
      inTransaction(sequelize, async (transaction) => {
        const remap = await readOne('id = :id', { id }, transaction, 'FOR UPDATE');
        if (!remap) throw new NotFound('remap', id);
        if (remap.afterEvent !== expected) return remap;
        const { fromVersion, toVersion: mappingVersion } = remap;
        const versions = await readVersions(sequelize, { connectionId, object }, piece.records, transaction);
        const records = piece.records.filter(({ externalId }) => (versions.get(externalId) ?? fromVersion) >= fromVersion);
        const origin = { connectionId, companyId, mappingVersion, runId: null };
        const { duplicate: _, ...written } = await writeRecords(sequelize, origin, records, transaction);
        const counts = { ...written, replayed: piece.replayed, failed: piece.failed, gone: piece.gone };
        await write(
          sequelize,
          `UPDATE integration_remaps SET after_event = :upTo, ${counted.map((name) => `${name} = ${name} + :${name}`).join(', ')}
           WHERE id = :id`,
          { id, upTo: Number(piece.upTo), ...counts },
          transaction,
        );
        return (await readOne('id = :id', { id }, transaction))!;
      }),

    async close(id, { outcome, sentence }) {
      await write(
        sequelize,
        `UPDATE integration_remaps SET outcome = :outcome, sentence = :sentence, open_object = NULL, finished_at = :now
         WHERE id = :id AND outcome IS NULL`,
        { id, outcome, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
      );
    },

    standing: (ref) => countByVersion(sequelize, ref),
  };
}

const counted = Object.keys(noCounts) as (keyof RemapCounts)[];
