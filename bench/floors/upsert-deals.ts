/**
 * A program: raw multi-row upserts of an account's deals and of their movements by mysql2, a page in a transaction. Fetching, mapping
 * and hashing are done before the clock starts.
 */
import { createConnection } from 'mysql2/promise';
import { contentHash } from '../../db/app/records/origin.ts';
import { sha256 } from '../../db/hash.ts';
import { sqlTime, sqlTimeOrNull } from '../../db/sql.ts';
import { compileMapping } from '../../domain/compile-mapping.ts';
import type { CanonicalRecord } from '../../domain/records.ts';
import { answer, programInput } from '../program.ts';
import { fetchAll, streamOf } from './pages.ts';
import type { UpsertInput } from './upsert.ts';

type Deal = Extract<CanonicalRecord, { object: 'deal' }>;

const dealColumns = `connection_id company_id external_id source_updated_at mapping_version run_id content_hash title stage
  contact_external_id owner_external_id amount currency expected_close_on opened_at`.split(/\s+/);
const movementColumns =
  `connection_id company_id external_id source_updated_at mapping_version run_id content_hash deal_external_id
  from_stage to_stage moved_at entered_at moved_by`.split(/\s+/);
const upsertInto = (table: string, columns: string[]) => `INSERT INTO ${table} (${columns.join(', ')}) VALUES ?
  ON DUPLICATE KEY UPDATE ${columns
    .slice(3)
    .map((name) => `${name} = VALUES(${name})`)
    .join(', ')}`;
const deals = upsertInto('floor_deals', dealColumns);
const movements = upsertInto('floor_deal_stage_movements', movementColumns);

const input = await programInput<UpsertInput>();
const stream = streamOf(input);
const map = compileMapping({ ...stream.mapping, version: 1 }, { phone: () => undefined });
const pages: { deals: unknown[][]; movements: unknown[][] }[] = [];
for await (const page of fetchAll(input)) {
  const records = page.map(toDeal);
  pages.push({ deals: records.map(toRow), movements: records.flatMap(toMovements) });
}
const connection = await createConnection(input.databaseUrl);
const began = performance.now();
for (const page of pages) {
  await connection.query('START TRANSACTION');
  await connection.query(deals, [page.deals]);
  await connection.query(movements, [page.movements]);
  await connection.query('COMMIT');
}
answer({ records: pages.flatMap((page) => page.deals).length, ms: performance.now() - began });

function toDeal(raw: unknown): Deal {
  const mapped = map(raw);
  if (!('record' in mapped)) throw new Error('A deal of the sandbox does not map.');
  return { ...(mapped.record as Deal), movements: stream.movements!(raw) };
}

function toRow(deal: Deal): unknown[] {
  const { title, stage, contactExternalId, ownerExternalId, amount, currency, expectedCloseOn, openedAt } = deal.fields;
  const ids = [
    input.connectionId,
    'comp_floor',
    deal.externalId,
    sqlTime(deal.sourceUpdatedAt),
    1,
    'run_floor',
    contentHash(deal),
  ];
  return [...ids, title, stage, contactExternalId, ownerExternalId, amount, currency, expectedCloseOn, sqlTimeOrNull(openedAt)];
}

function toMovements({ externalId, movements: steps }: Deal): unknown[][] {
  return steps.map(({ from, to, at, by }, place) => [
    input.connectionId,
    'comp_floor',
    `${externalId}:${at}:${to}`,
    sqlTime(at),
    1,
    'run_floor',
    sha256(JSON.stringify([from, to, at])),
    externalId,
    from,
    to,
    sqlTime(at),
    sqlTimeOrNull(steps[place - 1]?.at ?? null),
    by,
  ]);
}
