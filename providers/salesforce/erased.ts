import { z } from 'zod';
import type { DeletedRecord } from '../../domain/records.ts';
import { apiVersion, getJson, queryEvery, type SalesforceContext } from './client.ts';
import { SalesforceApiError } from './errors.ts';
import { byIdsQuery, idsPerQuery } from './soql.ts';

/** https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md */
const logSchema = z.object({
  deletedRecords: z.array(z.object({ id: z.string(), deletedDate: z.string() })),
});

/** How far back the log goes, at most. */
const logMs = 15 * 86_400_000;

/** More than the log answers, or a time that it no longer has: those deletions are not to be learned this way. */
const untold = new Set<string | null>(['EXCEEDED_ID_LIMIT', 'INVALID_REPLICATION_DATE']);

/**
 * Records that were deleted for good: what left the recycle bin between two runs, or never lay in it, is in no query any more, only in
 * the log of deletions. The log tells of those in the bin too, which a query still finds.
 */
export async function readErased(
  context: SalesforceContext,
  object: string,
  { fromMs, toMs, now, signal }: { fromMs: number; toMs: number; now: Date; signal?: AbortSignal | undefined },
): Promise<DeletedRecord[]> {
  const told = await readLog(context, object, { fromMs: Math.max(fromMs, toMs - logMs), toMs, signal });
  const there = new Set<unknown>();
  for (let at = 0; at < told.length; at += idsPerQuery) {
    const ids = told.slice(at, at + idsPerQuery).map(({ id }) => id);
    for (const { Id } of await queryEvery(context, byIdsQuery(object, ['Id'], ids), { now, signal })) there.add(Id);
  }
  return told
    .filter(({ id }) => !there.has(id))
    .map(({ id, deletedDate }) => ({ externalId: id, at: new Date(deletedDate).toISOString(), mergedInto: null }));
}

async function readLog(
  context: SalesforceContext,
  object: string,
  { fromMs, toMs, signal }: { fromMs: number; toMs: number; signal?: AbortSignal | undefined },
): Promise<z.infer<typeof logSchema>['deletedRecords']> {
  const path = `/services/data/${apiVersion}/sobjects/${object}/deleted/`;
  const query = { start: zoned(fromMs), end: zoned(toMs) };
  try {
    return (await getJson(context, path, logSchema, { query, signal })).deletedRecords;
  } catch (error) {
    if (error instanceof SalesforceApiError && untold.has(error.code)) return [];
    throw error;
  }
}

const zoned = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');
