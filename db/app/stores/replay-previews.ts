import type { CanonicalObject, CanonicalRecord } from '../../../domain/records.ts';
import { replayVerdicts, type ReplayVerdict } from '../../../domain/replay.ts';
import { boundedKey } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { jsonText, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { lockConnection } from '../publish-mapping.ts';
import { whereOf, type QueueFilter } from '../queue-filter.ts';
import { weighRecords, type Weighed } from '../records/weigh-records.ts';
import type { By } from './audit.ts';

export interface ReplayPreview {
  id: string;
  connectionId: string;
  companyId: string;
  filter: QueueFilter;
  /** How many open items the filter found. */
  items: number;
  /** Of those that were tried out, how many of each. */
  totals: Record<ReplayVerdict, number>;
  askedBy: string;
  askedAt: Date;
  expiresAt: Date;
  /** `null` until its rows are there. */
  readyAt: Date | null;
}

/** What a replay would do with one item. Hashes are hexadecimal. */
export interface PreviewRow {
  itemId: string;
  rawEventId: string | null;
  object: CanonicalObject | null;
  externalId: string | null;
  mappingVersion: number | null;
  verdict: ReplayVerdict;
  hashBefore: string | null;
  hashAfter: string | null;
}
/** With what became of it, once it was replayed. */
export type ReplayedRow = PreviewRow & { outcome: 'changed' | 'kept' | null; why: string | null };

export interface ReplayPreviewStore {
  /** Forgets those of the connection that expired and were never replayed. */
  ask(input: { connectionId: string; filter: QueueFilter; livesMs: number }, audit: By): Promise<ReplayPreview>;
  find(id: string): Promise<ReplayPreview | null>;
  /** What writing these records would do, one answer for each; nothing is written. */
  weigh(ref: { connectionId: string; object: CanonicalObject }, records: CanonicalRecord[]): Promise<Weighed[]>;
  /** All its rows, in one go. Repeatable. */
  save(id: string, rows: PreviewRow[]): Promise<void>;
  /** In the order of the items. */
  rows(id: string, limit: number): Promise<ReplayedRow[]>;
}

export function replayPreviewStore(db: AppDb): ReplayPreviewStore {
  const { sequelize } = db;

  const find: ReplayPreviewStore['find'] = async (id) => {
    const [row] = await select<Omit<ReplayPreview, 'filter' | 'totals'> & { filter: string }>(
      sequelize,
      `SELECT id, connection_id AS connectionId, company_id AS companyId, filter, items, asked_by AS askedBy, asked_at AS askedAt,
         expires_at AS expiresAt, ready_at AS readyAt
       FROM integration_replay_previews WHERE id = :id`,
      { id },
    );
    if (!row) return null;
    const counted = await select<{ verdict: ReplayVerdict; items: number }>(
      sequelize,
      'SELECT verdict, COUNT(*) AS items FROM integration_replay_rows WHERE preview_id = :id GROUP BY verdict',
      { id },
    );
    const countOf = (verdict: ReplayVerdict) => counted.find((each) => each.verdict === verdict)?.items ?? 0;
    const totals = Object.fromEntries(replayVerdicts.map((verdict) => [verdict, countOf(verdict)])) as ReplayPreview['totals'];
    return { ...row, filter: JSON.parse(row.filter) as QueueFilter, totals };
  };

  return {
    find,

    async ask({ connectionId, filter, livesMs }, audit) {
      const id = newId('replayPreview');
      const now = new Date();
      await inTransaction(sequelize, async (transaction) => {
        const companyId = await lockConnection(db, connectionId, transaction);
        const forgotten = `connection_id = :connectionId AND expires_at < :now
          AND NOT EXISTS (SELECT 1 FROM integration_replays r WHERE r.preview_id = integration_replay_previews.id)`;
        const expired = { connectionId, now: sqlTime(now) };
        await write(
          sequelize,
          `DELETE FROM integration_replay_rows WHERE preview_id IN (SELECT id FROM integration_replay_previews WHERE ${forgotten})`,
          expired,
          transaction,
        );
        await write(sequelize, `DELETE FROM integration_replay_previews WHERE ${forgotten}`, expired, transaction);
        const { where, values } = whereOf(filter);
        await write(
          sequelize,
          `INSERT INTO integration_replay_previews (id, connection_id, company_id, filter, items, asked_by, asked_at, expires_at)
           SELECT :id, :connectionId, :companyId, :json, COUNT(*), :actor, :now, :expiresAt FROM integration_error_queue
           WHERE connection_id = :connectionId AND open_cause IS NOT NULL${where}`,
          {
            ...values,
            id,
            connectionId,
            companyId,
            json: jsonText(filter),
            actor: audit.actor,
            now: sqlTime(now),
            expiresAt: sqlTime(new Date(now.getTime() + livesMs)),
          },
          transaction,
        );
        const entry = {
          ...audit,
          companyId,
          action: 'failure.preview' as const,
          subject: connectionId,
          outcome: 'done' as const,
        };
        await appendAudit(db, { ...entry, detail: { preview: id, filter } }, transaction);
      });
      return (await find(id))!;
    },

    weigh: (ref, records) => weighRecords(sequelize, ref, records),

    save: (id, rows) =>
      inTransaction(sequelize, async (transaction) => {
        await write(sequelize, 'DELETE FROM integration_replay_rows WHERE preview_id = :id', { id }, transaction);
        const values = rows.map((row) => [
          id,
          row.itemId,
          row.rawEventId === null ? null : Number(row.rawEventId),
          row.object,
          row.externalId && boundedKey(row.externalId),
          row.mappingVersion,
          row.verdict,
          row.hashBefore && Buffer.from(row.hashBefore, 'hex'),
          row.hashAfter && Buffer.from(row.hashAfter, 'hex'),
        ]);
        if (values.length > 0)
          await write(
            sequelize,
            `INSERT INTO integration_replay_rows (preview_id, item_id, raw_event_id, object, external_id, mapping_version, verdict,
               hash_before, hash_after) VALUES :values`,
            { values },
            transaction,
          );
        const ready = { id, now: sqlTime(new Date()) };
        await write(sequelize, 'UPDATE integration_replay_previews SET ready_at = :now WHERE id = :id', ready, transaction);
      }),

    async rows(id, limit) {
      const rows = await select<Omit<ReplayedRow, 'rawEventId'> & { rawEventId: number | null }>(
        sequelize,
        `SELECT item_id AS itemId, raw_event_id AS rawEventId, object, external_id AS externalId,
           mapping_version AS mappingVersion, verdict, LOWER(HEX(hash_before)) AS hashBefore, LOWER(HEX(hash_after)) AS hashAfter,
           outcome, why
         FROM integration_replay_rows WHERE preview_id = :id ORDER BY item_id LIMIT :limit`,
        { id, limit },
      );
      return rows.map((row) => ({ ...row, rawEventId: row.rawEventId === null ? null : String(row.rawEventId) }));
    },
  };
}
