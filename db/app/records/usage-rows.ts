import type { Transaction } from 'sequelize';
import type { CanonicalRecord } from '../../../domain/records.ts';
import { sqlTime, writeRows } from '../../sql.ts';
import { contentHash, type Origin } from './origin.ts';

type UsageRecord = Extract<CanonicalRecord, { object: 'usage' }>;

/** One statement for all records; the time comes last, because the other assignments compare with it. */
export async function upsertUsage(
  { connectionId, companyId, mappingVersion, runId }: Origin,
  records: UsageRecord[],
  transaction: Transaction,
): Promise<void> {
  const notOlder = 'VALUES(source_updated_at) >= source_updated_at';
  const columns = ['category', 'day', 'quantity', 'unit', 'price', 'currency', 'mapping_version', 'run_id', 'content_hash'];
  await writeRows(
    `INSERT INTO usage_records (connection_id, company_id, external_id, ${columns.join(', ')}, source_updated_at) VALUES ?
     ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = IF(${notOlder}, VALUES(${name}), ${name})`).join(', ')},
       source_updated_at = GREATEST(VALUES(source_updated_at), source_updated_at)`,
    records
      .toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1))
      .map((record) => {
        const { category, day, quantity, unit, price, currency } = record.fields;
        const own = [category, day, quantity, unit, price, currency, mappingVersion, runId, contentHash(record)];
        return [connectionId, record.companyId ?? companyId, record.externalId, ...own, sqlTime(record.sourceUpdatedAt)];
      }),
    transaction,
  );
}
