/** One page of a stream: what was changed, and at the end of a run now and then what was archived. */
import { z } from 'zod';
import type { DeletedRecord } from '../../domain/records.ts';
import type { Page, Records, Stream } from '../contract.ts';
import { unreadable, type HubspotContext } from './client.ts';
import { endOfRun, isArchiveDue, isNewlyArchived, readCursor, type Cursor } from './cursor.ts';
import { readJson } from './patience.ts';
import { rawRecord, takenIn, type RawRecord } from './records.ts';
import { advance, filtersAt, type Found } from './window.ts';

type FetchInput = Parameters<Stream['fetchPage']>[1];

export interface ReadInput extends FetchInput {
  object: 'deals' | 'contacts';
  /** The property that holds the time of the last change. */
  timeProperty: string;
  /** What search gives of each record. */
  properties: string[];
  /** Makes whole records of those that search found. */
  complete(found: RawRecord[]): Promise<Records>;
}

/** Search gives at most this many at once. https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm */
const searchMax = 200;
/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide */
const listMax = 100;

const paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();
const resultsSchema = z.object({ results: z.array(rawRecord), paging });

export async function readPage(context: HubspotContext, input: ReadInput): Promise<Page> {
  const cursor = readCursor(input.cursor, input.now);
  if (cursor.position === null) return readArchive(context, input, cursor);
  const { found, cursor: after } = await readChanged(context, input, cursor);
  const records = await input.complete(found);
  if (after.position !== null) return { ...records, cursor: JSON.stringify(after), done: false };
  const isDue = isArchiveDue(after, input.now);
  return { ...records, cursor: JSON.stringify(isDue ? after : endOfRun(after)), done: !isDue };
}

/** As many searches as a page holds: each gives a fraction of what is written at once. */
async function readChanged(context: HubspotContext, input: ReadInput, begun: Cursor) {
  const limit = Math.min(searchMax, input.pageSize);
  const found: RawRecord[] = [];
  let cursor = begun;
  while (cursor.position !== null && found.length + limit <= input.pageSize) {
    const { results, hasMore } = await search(context, input, cursor.position, limit);
    const byId = new Map(results.map((record) => [record.id, record]));
    const times = results.map((record) => timeOf(input, record));
    const { taken, next } = advance(cursor.position, times, hasMore);
    found.push(...taken.map(({ id }) => byId.get(id)!));
    const seenMs = Math.max(cursor.seenMs ?? 0, ...taken.map(({ atMs }) => atMs));
    cursor = { ...cursor, position: next, seenMs: seenMs === 0 ? null : seenMs };
  }
  return { found, cursor };
}

async function search(context: HubspotContext, input: ReadInput, position: NonNullable<Cursor['position']>, limit: number) {
  const { object, timeProperty, properties, signal } = input;
  const { filters, sortBy } = filtersAt(position, timeProperty);
  const body = {
    filterGroups: [{ filters }],
    sorts: [{ propertyName: sortBy, direction: 'ASCENDING' }],
    properties: [timeProperty, ...properties],
    limit,
  };
  const { results, paging: pages } = await readJson(
    context,
    { method: 'POST', path: `/crm/v3/objects/${object}/search`, body, signal },
    resultsSchema,
  );
  const hasMore = pages?.next !== undefined;
  if (hasMore && results.length === 0) throw unreadable();
  return { results, hasMore };
}

function timeOf({ timeProperty }: ReadInput, { id, properties }: RawRecord): Found {
  const atMs = Date.parse(String(properties[timeProperty]));
  if (Number.isNaN(atMs)) throw unreadable();
  return { id, atMs };
}

const archivedRecord = z.object({
  id: z.string(),
  archivedAt: z.iso.datetime(),
  properties: z.record(z.string(), z.unknown()).default({}),
});
const archivedSchema = z.object({ results: z.array(archivedRecord), paging });

/**
 * What stands in the recycling bin. A record that was merged into another is not there: the other one names it, which may have been
 * archived before anybody read it.
 */
async function readArchive(context: HubspotContext, { object, now, signal }: ReadInput, cursor: Cursor): Promise<Page> {
  const { results, paging: pages } = await readJson(
    context,
    {
      path: `/crm/v3/objects/${object}`,
      query: {
        archived: true,
        limit: listMax,
        after: cursor.archiveAfter ?? undefined,
        properties: 'hs_merged_object_ids',
      },
      signal,
    },
    archivedSchema,
  );
  const deleted = results
    .filter(({ archivedAt }) => isNewlyArchived(cursor, archivedAt))
    .flatMap((record): DeletedRecord[] => [
      { externalId: record.id, at: record.archivedAt, mergedInto: null },
      ...takenIn(record, record.archivedAt),
    ]);
  const archiveAfter = pages?.next?.after ?? null;
  const archivedSeenMs = Math.max(cursor.archivedSeenMs, ...results.map(({ archivedAt }) => Date.parse(archivedAt)));
  const here = { ...cursor, archivedSeenMs, archiveAfter };
  const after = archiveAfter === null ? endOfRun({ ...here, archiveReadMs: now.getTime() }) : here;
  return { records: [], deleted, cursor: JSON.stringify(after), done: archiveAfter === null };
}
