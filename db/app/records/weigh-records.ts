import type { Sequelize, Transaction } from 'sequelize';
import type { CanonicalObject, CanonicalRecord } from '../../../domain/records.ts';
import { contentHash } from './origin.ts';
import { judge, readStored, tables, type Stored } from './write-records.ts';

export interface Weighed {
  verdict: 'created' | 'updated' | 'unchanged' | 'older';
  /** Hexadecimal; `null` when there is no row. */
  hashBefore: string | null;
  hashAfter: string;
}

/**
 * What writing these records would do to the rows that are there, one answer for each, in their order. With `lock` the rows stay so until
 * the transaction ends.
 */
export async function weighRecords(
  sequelize: Sequelize,
  { connectionId, object, lock = false }: { connectionId: string; object: CanonicalObject; lock?: boolean },
  records: readonly CanonicalRecord[],
  transaction?: Transaction,
): Promise<Weighed[]> {
  const newest = new Map<string, CanonicalRecord>();
  for (const record of records) {
    const other = newest.get(record.externalId);
    if (!other || record.sourceUpdatedAt >= other.sourceUpdatedAt) newest.set(record.externalId, record);
  }
  const ids = [...newest.keys()];
  const stored: Map<string, Stored> =
    ids.length > 0 ? await readStored(sequelize, tables[object], connectionId, ids, transaction, lock) : new Map();
  return records.map((record) => {
    const before = stored.get(record.externalId);
    const verdict = newest.get(record.externalId) !== record ? 'ignored' : before ? judge(before, record) : 'created';
    return {
      verdict: verdict === 'ignored' ? 'older' : verdict,
      hashBefore: before?.contentHash.toString('hex') ?? null,
      hashAfter: contentHash(record).toString('hex'),
    };
  });
}
