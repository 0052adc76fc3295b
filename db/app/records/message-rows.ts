import type { Transaction } from 'sequelize';
import { messageRank, type CanonicalRecord, type MessageFields, type MessageStatus } from '../../../domain/records.ts';
import { sqlTime, sqlTimeOrNull, writeRows } from '../../sql.ts';
import { contentHash, type Origin } from './origin.ts';

type MessageRecord = Extract<CanonicalRecord, { object: 'message' }>;

const columns = `connection_id, company_id, external_id, source_updated_at, mapping_version, run_id, raw_event_id, content_hash,
  direction, from_address, to_address, body, status, status_rank, segments, error_code, price, currency, sent_at, occurred_at`;

/** What a row says besides its status. Written anew by any version that is not older than the row's own. */
const facts = `direction from_address to_address body segments price currency sent_at occurred_at mapping_version run_id raw_event_id content_hash`;

/** What an erasure of a person empties, for good: the provider may tell the same message again. */
const personal = new Set(['from_address', 'to_address', 'body', 'content_hash']);

/**
 * Assignments run from left to right, so what others compare with (rank, time) comes last. The status goes by rank and never back;
 * the other facts go by the provider's own time. Whose a message is was settled when it was first seen, and stays.
 */
const upsert = (notOlder: string) => `INSERT INTO messages (${columns}) VALUES ?
  ON DUPLICATE KEY UPDATE
    ${facts
      .split(' ')
      .map((name) => `${name} = IF(${notOlder}${personal.has(name) ? ' AND erased_at IS NULL' : ''}, VALUES(${name}), ${name})`)
      .join(', ')},
    error_code = IF(VALUES(status_rank) >= status_rank, VALUES(error_code), error_code),
    status = IF(VALUES(status_rank) >= status_rank, VALUES(status), status),
    status_rank = GREATEST(VALUES(status_rank), status_rank),
    source_updated_at = IF(${notOlder}, VALUES(source_updated_at), source_updated_at)`;

const byPage = upsert('(source_updated_at IS NULL OR VALUES(source_updated_at) >= source_updated_at)');
/** An event has no version of its own: it fills a row that only events have told of, and leaves a synced one as it is. */
const byEvent = upsert('(source_updated_at IS NULL)');

/** One statement for all records; sorted, so that two writers lock rows in the same order. */
export async function upsertMessages(origin: Origin, records: MessageRecord[], transaction: Transaction): Promise<void> {
  const rows = records.map((record) =>
    rowOf({ ...origin, ...record, version: record.sourceUpdatedAt, contentHash: contentHash(record) }),
  );
  await writeRows(byPage, sorted(rows), transaction);
}

/** What an event told of a message, and whose that is. */
interface ToldOf {
  externalId: string;
  companyId: string;
  rawEventId: string;
  occurredAt: string;
}
export interface ReceivedMessage extends ToldOf {
  fields: MessageFields;
}

export async function upsertReceived(connectionId: string, received: ReceivedMessage[], transaction: Transaction): Promise<void> {
  if (received.length === 0) return;
  const rows = received.map((message) => rowOf({ ...byNoPage, connectionId, ...message, sourceUpdatedAt: message.occurredAt }));
  await writeRows(byEvent, sorted(rows), transaction);
}

export interface ToldStatus extends ToldOf {
  status: MessageStatus;
  errorCode: string | null;
}

/** Moves statuses up. A message that no sync has brought yet gets a row, so that nothing told is forgotten. */
export async function upsertStatuses(connectionId: string, told: ToldStatus[], transaction: Transaction): Promise<void> {
  if (told.length === 0) return;
  const rows = told.map(({ status, errorCode, occurredAt, ...ids }) => {
    const fields: MessageFields = { ...emptyFields, status, errorCode };
    return rowOf({ ...byNoPage, connectionId, ...ids, fields, sourceUpdatedAt: occurredAt });
  });
  await writeRows(
    `INSERT INTO messages (${columns}) VALUES ?
     ON DUPLICATE KEY UPDATE
       error_code = IF(VALUES(status_rank) > status_rank, VALUES(error_code), error_code),
       raw_event_id = IF(VALUES(status_rank) > status_rank, VALUES(raw_event_id), raw_event_id),
       content_hash = IF(VALUES(status_rank) > status_rank, VALUES(content_hash), content_hash),
       status = IF(VALUES(status_rank) > status_rank, VALUES(status), status),
       status_rank = GREATEST(VALUES(status_rank), status_rank)`,
    sorted(rows),
    transaction,
  );
}

const emptyFields = {
  direction: 'outbound' as const,
  fromAddress: null,
  toAddress: null,
  body: null,
  segments: null,
  price: null,
  currency: null,
  sentAt: null,
};
const noHash = Buffer.alloc(32);
const byNoPage = { mappingVersion: null, runId: null, version: null, contentHash: noHash };

interface RowInput extends Origin {
  externalId: string;
  rawEventId?: string;
  /** The provider's time of this version; `null` for what an event told. */
  version: string | null;
  sourceUpdatedAt: string;
  contentHash: Buffer;
  fields: MessageFields;
}

function rowOf({ fields, version, ...row }: RowInput): unknown[] {
  return [
    row.connectionId,
    row.companyId,
    row.externalId,
    version && sqlTime(version),
    row.mappingVersion,
    row.runId,
    row.rawEventId ?? null,
    row.contentHash,
    fields.direction,
    fields.fromAddress,
    fields.toAddress,
    fields.body,
    fields.status,
    messageRank(fields.status),
    fields.segments,
    fields.errorCode,
    fields.price,
    fields.currency,
    sqlTimeOrNull(fields.sentAt),
    sqlTime(fields.sentAt ?? row.sourceUpdatedAt),
  ];
}

/** By external id, the third column. */
function sorted(rows: unknown[][]): unknown[][] {
  return rows.toSorted((a, b) => ((a[2] as string) < (b[2] as string) ? -1 : 1));
}
