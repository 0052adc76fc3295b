import type { Transaction } from 'sequelize';
import type { CanonicalObject, CanonicalRecord } from '../../domain/records.ts';
import { keptBecause, noReplayCounts, type PreviewedRow, type ReplayCounts } from '../../domain/replay.ts';
import { NotFound } from '../errors.ts';
import { select, sqlTime, write } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import type { AppDb } from './context.ts';
import { putFailure, type QueueInput } from './put-failure.ts';
import { weighRecords, type Weighed } from './records/weigh-records.ts';
import { writeRecords } from './records/write-records.ts';
import { resolvedByEngine } from './stores/error-queue.ts';
import type { Replay } from './stores/replays.ts';

export interface ReplayRecord {
  itemId: string;
  record: CanonicalRecord;
  mappingVersion: number;
}
export interface ReplayPiece {
  /** Records of open items that fit the mapping, in the order of their items. */
  records: ReplayRecord[];
  /** Items that failed again. */
  failures: QueueInput[];
  /** All of the piece's items: of a preview, those that are not among the records are left as they are. */
  itemIds: string[];
  /** What was done before this, with rows of their own. */
  counts: Partial<ReplayCounts>;
  /** The last item of the piece. */
  upTo: string;
}

/** Everything of one piece together, so that whoever dies repeats all of it or nothing. */
export function saveReplayPiece(db: AppDb, replay: Replay, piece: ReplayPiece): Promise<void> {
  const { sequelize } = db;
  return inTransaction(sequelize, async (transaction) => {
    const [held] = await select<{ afterItem: string }>(
      sequelize,
      'SELECT after_item AS afterItem FROM integration_replays WHERE id = :id FOR UPDATE',
      { id: replay.id },
      transaction,
    );
    if (!held) throw new NotFound('replay', replay.id);
    if (held.afterItem !== replay.afterItem) return;
    const counts = { ...noReplayCounts, ...piece.counts };
    const records = replay.previewId
      ? await asPreviewed(db, { ...replay, previewId: replay.previewId }, piece, counts, transaction)
      : piece.records;
    await writePiece(db, replay, records, counts, transaction);
    await resolve(
      db,
      records.map(({ itemId }) => itemId),
      transaction,
    );
    for (const failure of piece.failures) await putFailure(db, failure, transaction);
    const names = Object.keys(counts);
    await write(
      sequelize,
      `UPDATE integration_replays SET after_item = :upTo, ${names.map((name) => `${name} = ${name} + :${name}`).join(', ')}
       WHERE id = :id`,
      { ...counts, id: replay.id, upTo: piece.upTo },
      transaction,
    );
  });
}

async function writePiece(
  { sequelize }: AppDb,
  { connectionId, companyId }: Replay,
  records: ReplayRecord[],
  counts: ReplayCounts,
  transaction: Transaction,
): Promise<void> {
  for (const mappingVersion of new Set(records.map((each) => each.mappingVersion))) {
    const origin = { connectionId, companyId, mappingVersion, runId: null };
    const ofVersion = records.filter((each) => each.mappingVersion === mappingVersion).map(({ record }) => record);
    const written = await writeRecords(sequelize, origin, ofVersion, transaction);
    counts.created += written.created;
    counts.updated += written.updated;
    counts.unchanged += written.unchanged;
    counts.older += written.ignored + written.duplicate;
  }
}

async function resolve({ sequelize }: AppDb, itemIds: string[], transaction: Transaction): Promise<void> {
  if (itemIds.length === 0) return;
  await write(
    sequelize,
    `UPDATE integration_error_queue SET ${resolvedByEngine} WHERE id IN (:itemIds) AND open_cause IS NOT NULL`,
    { itemIds, now: sqlTime(new Date()) },
    transaction,
  );
}

/**
 * Of a preview's rows, those that are still what it showed; with their rows locked, so that they stay so. What is otherwise is kept, and
 * its row of the preview says why.
 */
async function asPreviewed(
  db: AppDb,
  replay: Replay & { previewId: string },
  piece: ReplayPiece,
  counts: ReplayCounts,
  transaction: Transaction,
): Promise<ReplayRecord[]> {
  const { sequelize } = db;
  const { previewId } = replay;
  const { itemIds } = piece;
  const shown = await select<PreviewedRow & { itemId: string; isOpen: number }>(
    sequelize,
    `SELECT r.item_id AS itemId, r.verdict, r.mapping_version AS mappingVersion, LOWER(HEX(r.hash_before)) AS hashBefore,
       LOWER(HEX(r.hash_after)) AS hashAfter, q.open_cause IS NOT NULL AS isOpen
     FROM integration_replay_rows r JOIN integration_error_queue q ON q.id = r.item_id
     WHERE r.preview_id = :previewId AND r.item_id IN (:itemIds) ORDER BY r.item_id FOR UPDATE`,
    { previewId, itemIds },
    transaction,
  );
  const weighed = await weighAll(db, replay, piece.records, transaction);
  const carriedOut: ReplayRecord[] = [];
  const unwritten: string[] = [];
  for (const row of shown) {
    const record = piece.records.find(({ itemId }) => itemId === row.itemId);
    const now = record
      ? { ...weighed.get(row.itemId)!, isOpen: Boolean(row.isOpen), mappingVersion: record.mappingVersion }
      : row.isOpen
        ? null
        : { isOpen: false, mappingVersion: 0, hashBefore: null, hashAfter: '' };
    const why = keptBecause(row, now);
    if (why) counts.kept += 1;
    else if (row.verdict === 'unchanged' || row.verdict === 'older') {
      counts[row.verdict] += 1;
      unwritten.push(row.itemId);
    } else if (record) carriedOut.push(record);
    await write(
      sequelize,
      'UPDATE integration_replay_rows SET outcome = :outcome, why = :why WHERE preview_id = :previewId AND item_id = :itemId',
      { previewId, itemId: row.itemId, outcome: why ? 'kept' : 'changed', why },
      transaction,
    );
  }
  await resolve(db, unwritten, transaction);
  return carriedOut;
}

async function weighAll(
  { sequelize }: AppDb,
  { connectionId }: Replay,
  records: ReplayRecord[],
  transaction: Transaction,
): Promise<Map<string, Weighed>> {
  const weighed = new Map<string, Weighed>();
  for (const object of new Set<CanonicalObject>(records.map(({ record }) => record.object))) {
    const of = records.filter(({ record }) => record.object === object);
    const ref = { connectionId, object, lock: true };
    const found = await weighRecords(
      sequelize,
      ref,
      of.map(({ record }) => record),
      transaction,
    );
    of.forEach(({ itemId }, index) => weighed.set(itemId, found[index]!));
  }
  return weighed;
}
