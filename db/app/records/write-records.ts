import type { Sequelize, Transaction } from 'sequelize';
import type { CanonicalObject, CanonicalRecord, DeletableObject, DeletedRecord } from '../../../domain/records.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { upsertContacts } from './contact-rows.ts';
import { upsertDeals } from './deal-rows.ts';
import { upsertMessages } from './message-rows.ts';
import { contentHash, type Origin } from './origin.ts';
import { upsertUsage } from './usage-rows.ts';

export interface WrittenCounts {
  created: number;
  updated: number;
  unchanged: number;
  duplicate: number;
  ignored: number;
}

export const tables: Record<CanonicalObject, string> = {
  message: 'messages',
  usage: 'usage_records',
  contact: 'contacts',
  deal: 'deals',
};

/** Each is given records of its own object only. */
const upserts: Record<CanonicalObject, (origin: Origin, records: never[], transaction: Transaction) => Promise<void>> = {
  message: upsertMessages,
  usage: upsertUsage,
  contact: upsertContacts,
  deal: upsertDeals,
};

/** Whose the records are that are stored already, by external id. */
export async function readOwners(
  sequelize: Sequelize,
  input: { connectionId: string; object: CanonicalObject; externalIds: string[] },
): Promise<Map<string, string>> {
  if (input.externalIds.length === 0) return new Map();
  const rows = await select<{ externalId: string; companyId: string }>(
    sequelize,
    `SELECT external_id AS externalId, company_id AS companyId FROM ${tables[input.object]}
     WHERE connection_id = :connectionId AND external_id IN (:externalIds)`,
    input,
  );
  return new Map(rows.map(({ externalId, companyId }) => [externalId, companyId]));
}

/**
 * Writes records that are new or differ, and counts what each was: reading key and hash of a page and skipping what is equal costs
 * a third of writing it again. `duplicate`: the page itself had it twice; `ignored`: older than what is stored.
 */
export async function writeRecords(
  sequelize: Sequelize,
  origin: Origin,
  records: CanonicalRecord[],
  transaction: Transaction,
): Promise<WrittenCounts> {
  const counts: WrittenCounts = { created: 0, updated: 0, unchanged: 0, duplicate: 0, ignored: 0 };
  for (const object of Object.keys(tables) as CanonicalObject[]) {
    const newest = new Map<string, CanonicalRecord>();
    for (const record of records) {
      if (record.object !== object) continue;
      const other = newest.get(record.externalId);
      if (other) counts.duplicate += 1;
      if (!other || record.sourceUpdatedAt >= other.sourceUpdatedAt) newest.set(record.externalId, record);
    }
    if (newest.size === 0) continue;
    const stored = await readStored(sequelize, tables[object], origin.connectionId, [...newest.keys()], transaction);
    const kept: string[] = [];
    const changed = [...newest.values()].filter((record) => {
      const before = stored.get(record.externalId);
      const verdict = !before ? 'created' : judge(before, record);
      counts[verdict] += 1;
      if (verdict === 'unchanged' && before!.mappingVersion !== origin.mappingVersion) kept.push(record.externalId);
      return verdict === 'created' || verdict === 'updated';
    });
    await confirmVersion(sequelize, tables[object], origin, kept, transaction);
    if (changed.length === 0) continue;
    const owned = changed.map((record) => ownedBy(stored.get(record.externalId), record));
    await upserts[object](origin, owned as never[], transaction);
  }
  return counts;
}

/** Marks records that the provider no longer has, and answers how many were not marked before. */
export async function markDeleted(
  sequelize: Sequelize,
  { connectionId }: Pick<Origin, 'connectionId'>,
  object: DeletableObject,
  deleted: DeletedRecord[],
  transaction: Transaction,
): Promise<number> {
  let marked = 0;
  for (const { externalId, at, mergedInto } of deleted) {
    const { affectedRows } = await write(
      sequelize,
      `UPDATE ${tables[object]} SET deleted_at = COALESCE(deleted_at, :at), merged_into = COALESCE(:mergedInto, merged_into),
         content_hash = UNHEX(REPEAT('00', 32))
       WHERE connection_id = :connectionId AND external_id = :externalId
         AND (deleted_at IS NULL OR (merged_into IS NULL AND :mergedInto IS NOT NULL))`,
      { connectionId, externalId, at: sqlTime(at), mergedInto },
      transaction,
    );
    marked += affectedRows;
  }
  return marked;
}

/** Whose a record is was settled when it was first seen, and stays. */
function ownedBy(before: Stored | undefined, record: CanonicalRecord): CanonicalRecord {
  return before ? { ...record, companyId: before.companyId } : record;
}

export interface Stored {
  externalId: string;
  companyId: string;
  contentHash: Buffer;
  mappingVersion: number | null;
  sourceUpdatedAt: Date | null;
  updatedAt: Date;
}

/** A row that a later version of the mapping makes just the same stands at that version. */
async function confirmVersion(
  sequelize: Sequelize,
  table: string,
  { connectionId, mappingVersion }: Origin,
  externalIds: string[],
  transaction: Transaction,
): Promise<void> {
  if (externalIds.length === 0 || mappingVersion === null) return;
  await write(
    sequelize,
    `UPDATE ${table} SET mapping_version = :mappingVersion WHERE connection_id = :connectionId AND external_id IN (:externalIds)`,
    { connectionId, mappingVersion, externalIds },
    transaction,
  );
}

/** The mapping version of each of these records that is stored and has one. */
export async function readVersions(
  sequelize: Sequelize,
  { connectionId, object }: { connectionId: string; object: CanonicalObject },
  records: readonly CanonicalRecord[],
  transaction: Transaction,
): Promise<Map<string, number>> {
  if (records.length === 0) return new Map();
  const externalIds = records.map(({ externalId }) => externalId);
  const stored = await readStored(sequelize, tables[object], connectionId, externalIds, transaction);
  return new Map(
    [...stored].flatMap(([id, { mappingVersion }]) => (mappingVersion === null ? [] : [[id, mappingVersion] as const])),
  );
}

export function countByVersion(
  sequelize: Sequelize,
  { connectionId, object }: { connectionId: string; object: CanonicalObject },
): Promise<{ version: number | null; rows: number }[]> {
  return select(
    sequelize,
    `SELECT mapping_version AS version, COUNT(*) AS \`rows\` FROM ${tables[object]} WHERE connection_id = :connectionId
     GROUP BY mapping_version ORDER BY mapping_version`,
    { connectionId },
  );
}

export function judge(before: Stored, record: CanonicalRecord): 'updated' | 'unchanged' | 'ignored' {
  if (before.contentHash.equals(contentHash(record))) return 'unchanged';
  const [stored, told] = [before.sourceUpdatedAt?.getTime() ?? -Infinity, Date.parse(record.sourceUpdatedAt)];
  const wasWrittenSince = record.toldAt !== undefined && before.updatedAt > new Date(record.toldAt);
  return stored > told || (stored === told && wasWrittenSince) ? 'ignored' : 'updated';
}

export async function readStored(
  sequelize: Sequelize,
  table: string,
  connectionId: string,
  externalIds: string[],
  transaction?: Transaction,
  lock = false,
): Promise<Map<string, Stored>> {
  const rows = await select<Stored>(
    sequelize,
    `SELECT external_id AS externalId, company_id AS companyId, content_hash AS contentHash, mapping_version AS mappingVersion,
       source_updated_at AS sourceUpdatedAt, updated_at AS updatedAt
     FROM ${table} WHERE connection_id = :connectionId AND external_id IN (:externalIds)${lock ? ' FOR UPDATE' : ''}`,
    { connectionId, externalIds },
    transaction,
  );
  return new Map(rows.map((row) => [row.externalId, row]));
}
