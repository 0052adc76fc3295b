import type { Transaction } from 'sequelize';
import { describeReplay, noReplayCounts, replayedKinds, type ReplayCounts } from '../../../domain/replay.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { jsonText, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import { lockConnection } from '../publish-mapping.ts';
import { countOpen, whereOf, type QueueFilter } from '../queue-filter.ts';
import { saveReplayPiece, type ReplayPiece } from '../save-replay-piece.ts';
import type { By } from './audit.ts';
import { outgoing, type QueueItem } from './error-queue.ts';

export interface Replay {
  id: string;
  connectionId: string;
  companyId: string;
  /** Exactly the rows that this preview showed. */
  previewId: string | null;
  filter: QueueFilter;
  /** How many there were when it was asked for. */
  items: number;
  /** The last item that was done; empty before the first. */
  afterItem: string;
  counts: ReplayCounts;
  /** `null` while it is under way. */
  outcome: 'succeeded' | 'failed' | null;
  sentence: string | null;
  askedBy: string;
  askedAt: Date;
  finishedAt: Date | null;
}

export interface ReplayStore {
  /** Of a preview once: whoever asks again is answered by the first. Throws `Conflict` for one that has expired. */
  ask(input: { connectionId: string; filter: QueueFilter } | { previewId: string }, audit: By): Promise<Replay>;
  find(id: string): Promise<Replay | null>;
  /** Newest first. */
  list(input: PageInput & { connectionId: string }): Promise<Page<Replay>>;
  /** Under way since before. */
  running(before: Date): Promise<Replay[]>;
  /** The next items, the oldest first; the same ones again until the piece is saved. */
  takePiece(replay: Replay, limit: number): Promise<QueueItem[]>;
  /** Rows, items, counts and place of one piece in one transaction; a piece that was saved before is not saved again. */
  savePiece(replay: Replay, piece: ReplayPiece): Promise<Replay>;
  /** The events of the newest records that it has resolved: whoever died after the piece was saved has not marked them. */
  lastResolved(replay: Replay, limit: number): Promise<string[]>;
  /** Repeatable: the first end stands. Items that were taken and not done wait as before. */
  close(id: string, end: { outcome: 'succeeded' | 'failed'; sentence?: string }): Promise<void>;
}

export function replayStore(db: AppDb): ReplayStore {
  const { sequelize } = db;

  const read = async (where: string, values: object, transaction?: Transaction, limit = 1): Promise<Replay[]> => {
    const rows = await select<Omit<Replay, 'counts' | 'filter'> & ReplayCounts & { filter: string }>(
      sequelize,
      `SELECT id, connection_id AS connectionId, company_id AS companyId, preview_id AS previewId, filter, items,
         after_item AS afterItem, ${countNames.join(', ')}, outcome, sentence, asked_by AS askedBy, asked_at AS askedAt,
         finished_at AS finishedAt
       FROM integration_replays WHERE ${where} ORDER BY id DESC LIMIT :limit`,
      { ...values, limit },
      transaction,
    );
    return rows.map(({ filter, created, updated, unchanged, older, applied, started, failed, gone, kept, ...row }) => {
      const counts = { created, updated, unchanged, older, applied, started, failed, gone, kept };
      return { ...row, filter: JSON.parse(filter) as QueueFilter, counts };
    });
  };
  const readOne = async (where: string, values: object, transaction?: Transaction) =>
    (await read(where, values, transaction))[0] ?? null;

  /** A preview's own connection and filter, with its row locked. */
  async function openPreview(previewId: string, transaction: Transaction) {
    const [preview] = await select<{
      connectionId: string;
      filter: string;
      items: number;
      expiresAt: Date;
      readyAt: Date | null;
    }>(
      sequelize,
      `SELECT p.connection_id AS connectionId, p.filter, p.expires_at AS expiresAt, p.ready_at AS readyAt,
         (SELECT COUNT(*) FROM integration_replay_rows r WHERE r.preview_id = p.id) AS items
       FROM integration_replay_previews p WHERE p.id = :previewId FOR UPDATE`,
      { previewId },
      transaction,
    );
    if (!preview) throw new NotFound('preview', previewId);
    return preview;
  }

  return {
    ask: (input, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const ofPreview = 'previewId' in input ? await openPreview(input.previewId, transaction) : null;
        const previewId = 'previewId' in input ? input.previewId : null;
        if (ofPreview) {
          const before = await readOne('preview_id = :previewId', { previewId }, transaction);
          if (before) return before;
          if (ofPreview.readyAt === null) throw new Conflict('The preview is not ready: make a new one.');
          if (ofPreview.expiresAt <= new Date())
            throw new Conflict('The preview has expired: make a new one, and look at it again.');
        }
        const filter = 'previewId' in input ? (JSON.parse(ofPreview!.filter) as QueueFilter) : input.filter;
        const connectionId = 'previewId' in input ? ofPreview!.connectionId : input.connectionId;
        const companyId = await lockConnection(db, connectionId, transaction);
        const id = newId('replay');
        const items = ofPreview?.items ?? (await countOpen(sequelize, connectionId, filter, transaction));
        await write(
          sequelize,
          `INSERT INTO integration_replays (id, connection_id, company_id, preview_id, filter, items, asked_by, asked_at)
           VALUES (:id, :connectionId, :companyId, :previewId, :json, :items, :actor, :at)`,
          { id, connectionId, companyId, previewId, json: jsonText(filter), items, actor: audit.actor, at: sqlTime(new Date()) },
          transaction,
        );
        const detail = { replay: id, items, filter, ...(previewId && { preview: previewId }) };
        const told = { ...audit, companyId, action: 'failure.replay', subject: connectionId, outcome: 'done' } as const;
        await appendAudit(db, { ...told, detail }, transaction);
        return (await readOne('id = :id', { id }, transaction))!;
      }),

    find: (id) => readOne('id = :id', { id }),

    async list({ connectionId, cursor, limit }) {
      const where = `connection_id = :connectionId${cursor === undefined ? '' : ' AND id < :cursor'}`;
      return cutPage(await read(where, { connectionId, cursor }, undefined, limit + 1), limit, ({ id }) => id);
    },

    running: (before) => read('finished_at IS NULL AND asked_at < :before', { before: sqlTime(before) }, undefined, 100),

    async takePiece({ id, connectionId, previewId, filter, afterItem, askedAt }, limit) {
      const { where, values } = whereOf(filter);
      const which = previewId
        ? 'id IN (SELECT item_id FROM integration_replay_rows WHERE preview_id = :previewId)'
        : `(replay_id = :id OR (open_cause IS NOT NULL AND first_seen_at <= :askedAt${where}))`;
      const ids = await select<{ id: string }>(
        sequelize,
        `SELECT id FROM integration_error_queue WHERE connection_id = :connectionId AND id > :afterItem AND ${which}
         ORDER BY id LIMIT :limit`,
        { ...values, connectionId, id, previewId, afterItem, askedAt: sqlTime(askedAt), limit },
      );
      if (ids.length === 0) return [];
      const taken = ids.map((row) => row.id);
      await write(
        sequelize,
        `UPDATE integration_error_queue
         SET state = IF(kind IN (:replayedKinds) AND :previewId IS NULL, 'retrying', state), replay_id = :id
         WHERE id IN (:taken) AND open_cause IS NOT NULL`,
        { taken, id, previewId, replayedKinds },
      );
      const rows = await db.models.queue.findAll({ where: { id: taken }, order: [['id', 'ASC']] });
      return rows.map(plain).map(outgoing);
    },

    async savePiece(replay, piece) {
      await saveReplayPiece(db, replay, piece);
      return (await readOne('id = :id', { id: replay.id }))!;
    },

    async lastResolved({ id, afterItem }, limit) {
      const rows = await select<{ rawEventId: number }>(
        sequelize,
        `SELECT raw_event_id AS rawEventId FROM integration_error_queue
         WHERE replay_id = :id AND id <= :afterItem AND state = 'resolved' AND kind = 'record' AND raw_event_id IS NOT NULL
         ORDER BY id DESC LIMIT :limit`,
        { id, afterItem, limit },
      );
      return rows.map(({ rawEventId }) => String(rawEventId));
    },

    close: (id, { outcome, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const replay = await readOne('id = :id', { id }, transaction);
        if (!replay || replay.outcome) return;
        await write(
          sequelize,
          `UPDATE integration_replays SET outcome = :outcome, sentence = :sentence, finished_at = :now WHERE id = :id AND outcome IS NULL`,
          {
            id,
            outcome,
            sentence: boundedSentence(sentence ?? describeReplay(replay.counts, replay.items)),
            now: sqlTime(new Date()),
          },
          transaction,
        );
        await write(
          sequelize,
          `UPDATE integration_error_queue SET state = 'pending'
           WHERE replay_id = :id AND id > :afterItem AND state = 'retrying' AND open_cause IS NOT NULL`,
          { id, afterItem: replay.afterItem },
          transaction,
        );
      }),
  };
}

const countNames = Object.keys(noReplayCounts) as (keyof ReplayCounts)[];
