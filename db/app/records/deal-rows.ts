import type { Transaction } from 'sequelize';
import type { CanonicalRecord } from '../../../domain/records.ts';
import { boundedKey, sha256 } from '../../hash.ts';
import { sqlTime, sqlTimeOrNull, writeRows } from '../../sql.ts';
import { contentHash, undelete, type Origin } from './origin.ts';

type DealRecord = Extract<CanonicalRecord, { object: 'deal' }>;

const columns = [
  'title',
  'stage',
  'contact_external_id',
  'owner_external_id',
  'amount',
  'currency',
  'expected_close_on',
  'opened_at',
  'mapping_version',
  'run_id',
  'raw_event_id',
  'content_hash',
];

/** Deals, and every step that their history tells. */
export async function upsertDeals(origin: Origin, records: DealRecord[], transaction: Transaction): Promise<void> {
  const sorted = records.toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1));
  await writeDeals(origin, sorted, transaction);
  await writeMovements(origin, sorted, transaction);
}

/** The times come last, because the other assignments compare with them. */
async function writeDeals(origin: Origin, records: DealRecord[], transaction: Transaction): Promise<void> {
  const { connectionId, companyId, mappingVersion, runId } = origin;
  const notOlder = 'VALUES(source_updated_at) >= source_updated_at';
  await writeRows(
    `INSERT INTO deals (connection_id, company_id, external_id, ${columns.join(', ')}, source_updated_at) VALUES ?
     ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = IF(${notOlder}, VALUES(${name}), ${name})`).join(', ')},
       ${undelete},
       source_updated_at = GREATEST(VALUES(source_updated_at), source_updated_at)`,
    records.map((record) => [
      connectionId,
      record.companyId ?? companyId,
      record.externalId,
      record.fields.title,
      record.fields.stage,
      record.fields.contactExternalId,
      record.fields.ownerExternalId,
      record.fields.amount,
      record.fields.currency,
      record.fields.expectedCloseOn,
      sqlTimeOrNull(record.fields.openedAt),
      mappingVersion,
      runId,
      record.rawEventId ?? null,
      contentHash(record),
      sqlTime(record.sourceUpdatedAt),
    ]),
    transaction,
  );
}

/**
 * A step is known by its deal, its time and where it led, so that whoever tells of it again (a later sync, a webhook) makes no second
 * row. What was written stays: some providers forget the oldest steps.
 */
async function writeMovements(origin: Origin, records: DealRecord[], transaction: Transaction): Promise<void> {
  const { connectionId, companyId, mappingVersion, runId } = origin;
  const rows = records.flatMap((record) =>
    record.movements.map(({ from, to, at, by }, place) => [
      connectionId,
      record.companyId ?? companyId,
      boundedKey(`${record.externalId}:${at}:${to}`),
      sqlTime(at),
      mappingVersion,
      runId,
      record.rawEventId ?? null,
      sha256(JSON.stringify([from, to, at])),
      record.externalId,
      from,
      to,
      sqlTime(at),
      sqlTimeOrNull(record.movements[place - 1]?.at ?? null),
      by,
    ]),
  );
  if (rows.length === 0) return;
  await writeRows(
    `INSERT INTO deal_stage_movements (connection_id, company_id, external_id, source_updated_at, mapping_version, run_id, raw_event_id,
       content_hash, deal_external_id, from_stage, to_stage, moved_at, entered_at, moved_by) VALUES ?
     ON DUPLICATE KEY UPDATE connection_id = VALUES(connection_id)`,
    rows,
    transaction,
  );
}
