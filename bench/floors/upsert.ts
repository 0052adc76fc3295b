/**
 * A program: raw multi-row upserts of an account's messages by mysql2, a thousand rows in a statement and each statement a
 * transaction. Fetching, mapping and hashing are done before the clock starts.
 */
import { createConnection } from 'mysql2/promise';
import { contentHash } from '../../db/app/records/origin.ts';
import { sqlTime } from '../../db/sql.ts';
import { compileMapping } from '../../domain/compile-mapping.ts';
import { messageRank, type CanonicalRecord } from '../../domain/records.ts';
import { answer, programInput } from '../program.ts';
import { fetchAll, streamOf, type PagesInput } from './pages.ts';

export interface UpsertInput extends PagesInput {
  databaseUrl: string;
  /** Set into the rows, so that each round inserts new ones. */
  connectionId: string;
}

type Message = Extract<CanonicalRecord, { object: 'message' }>;

const columns = `connection_id company_id external_id source_updated_at mapping_version run_id content_hash direction from_address
  to_address body status status_rank segments error_code price currency sent_at occurred_at`.split(/\s+/);
const sql = `INSERT INTO floor_messages (${columns.join(', ')}) VALUES ?
  ON DUPLICATE KEY UPDATE ${columns
    .slice(3)
    .map((name) => `${name} = VALUES(${name})`)
    .join(', ')}`;

const input = await programInput<UpsertInput>();
const toMessage = compileMapping({ ...streamOf(input).mapping, version: 1 }, { phone: () => undefined });
const batches: unknown[][][] = [];
for await (const page of fetchAll(input)) batches.push(page.map(toRow));
const connection = await createConnection(input.databaseUrl);
const began = performance.now();
for (const rows of batches) await connection.query(sql, [rows]);
answer({ records: batches.flat().length, ms: performance.now() - began });

function toRow(raw: unknown): unknown[] {
  const mapped = toMessage(raw);
  if (!('record' in mapped)) throw new Error('A message of the sandbox does not map.');
  const { externalId, sourceUpdatedAt, fields } = mapped.record as Message;
  const ids = [input.connectionId, 'comp_floor', externalId, sqlTime(new Date(sourceUpdatedAt)), 1, 'run_floor'];
  const sentAt = sqlTime(new Date(fields.sentAt ?? sourceUpdatedAt));
  const { direction, fromAddress, toAddress, body, status, segments, errorCode, price, currency } = fields;
  const facts = [direction, fromAddress, toAddress, body, status, messageRank(status), segments, errorCode, price, currency];
  return [...ids, contentHash(mapped.record), ...facts, sentAt, sentAt];
}
