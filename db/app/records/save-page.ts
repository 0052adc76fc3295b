import { NotFound } from '../../errors.ts';
import { boundedKey, boundedSentence, sha256 } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { Transaction } from 'sequelize';
import type { AppDb } from '../context.ts';
import type { SavePageInput } from '../stores/records.ts';
import type { RunCounts } from '../../../domain/run-verdict.ts';
import { markDeleted, writeRecords } from './write-records.ts';

export function savePage(db: AppDb, input: SavePageInput): Promise<RunCounts> {
  const { sequelize } = db;
  const { connectionId, companyId, mappingVersion, runId, jobId, cursor } = input;
  return inTransaction(sequelize, async (transaction) => {
    // The job's row is the page's lock: two attempts of one run cannot write the same page side by side.
    const [job] = await select<{ cursorBefore: string | null }>(
      sequelize,
      'SELECT next_cursor AS cursorBefore FROM integration_sync_jobs WHERE id = :jobId FOR UPDATE',
      { jobId },
      transaction,
    );
    if (!job) throw new NotFound('sync job', jobId);
    const written = await writeRecords(sequelize, { connectionId, companyId, mappingVersion, runId }, input.records, transaction);
    if (input.deleted)
      written.updated += await markDeleted(sequelize, { connectionId }, input.deleted.object, input.deleted.records, transaction);
    const failed = await writeErrors(db, input, job.cursorBefore, transaction);
    const counts: RunCounts = { ...written, failed };
    await write(
      sequelize,
      `UPDATE integration_sync_runs SET mapping_version = :mappingVersion, created = created + :created,
         updated = updated + :updated, unchanged = unchanged + :unchanged, failed = failed + :failed,
         duplicate = duplicate + :duplicate, ignored = ignored + :ignored
       WHERE id = :runId`,
      { runId, mappingVersion, ...counts },
      transaction,
    );
    await write(
      sequelize,
      'UPDATE integration_sync_jobs SET next_cursor = :cursor WHERE id = :jobId',
      { jobId, cursor },
      transaction,
    );
    return counts;
  });
}

/** Answers how many were new: a page that is repeated writes and counts its errors once. */
async function writeErrors(
  { sequelize }: AppDb,
  { runId, failed }: SavePageInput,
  cursorBefore: string | null,
  transaction: Transaction,
): Promise<number> {
  if (failed.length === 0) return 0;
  const rows = failed.map(({ externalId, code, sentence }, place) => {
    const recordKey = sha256(JSON.stringify([externalId === null ? [cursorBefore, place] : externalId, code, sentence]));
    return [newId('runError'), runId, recordKey, externalId && boundedKey(externalId), code, boundedSentence(sentence)];
  });
  const { affectedRows } = await write(
    sequelize,
    `INSERT INTO integration_sync_errors (id, run_id, record_key, external_id, code, sentence) VALUES :rows
     ON DUPLICATE KEY UPDATE run_id = run_id`,
    { rows },
    transaction,
  );
  return affectedRows;
}
