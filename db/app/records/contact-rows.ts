import type { Transaction } from 'sequelize';
import type { CanonicalRecord } from '../../../domain/records.ts';
import { sqlTime, writeRows } from '../../sql.ts';
import { contentHash, undelete, type Origin } from './origin.ts';

type ContactRecord = Extract<CanonicalRecord, { object: 'contact' }>;

/** What an erasure of a person empties, for good: the provider may tell of the same person again. */
const personal = ['name', 'email', 'phone', 'organisation', 'content_hash'];
const others = ['mapping_version', 'run_id', 'raw_event_id'];

/** One statement for all records; the times come last, because the other assignments compare with them. */
export async function upsertContacts(
  { connectionId, companyId, mappingVersion, runId }: Origin,
  records: ContactRecord[],
  transaction: Transaction,
): Promise<void> {
  const notOlder = 'VALUES(source_updated_at) >= source_updated_at';
  const assignments = [
    ...personal.map((name) => `${name} = IF(${notOlder} AND erased_at IS NULL, VALUES(${name}), ${name})`),
    ...others.map((name) => `${name} = IF(${notOlder}, VALUES(${name}), ${name})`),
  ];
  await writeRows(
    `INSERT INTO contacts (connection_id, company_id, external_id, ${[...personal, ...others].join(', ')}, source_updated_at) VALUES ?
     ON DUPLICATE KEY UPDATE ${assignments.join(', ')}, ${undelete},
       source_updated_at = GREATEST(VALUES(source_updated_at), source_updated_at)`,
    records
      .toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1))
      .map((record) => {
        const { name, email, phone, organisation } = record.fields;
        const own = [name, email, phone, organisation, contentHash(record), mappingVersion, runId, record.rawEventId ?? null];
        return [connectionId, record.companyId ?? companyId, record.externalId, ...own, sqlTime(record.sourceUpdatedAt)];
      }),
    transaction,
  );
}
