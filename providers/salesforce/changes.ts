/**
 * Reading an object by the time of its last change. A run follows the links that Salesforce gives from page to page. When it no longer
 * has the rest (a link lasts a while and belongs to the session that asked), the same read goes on behind the last row in order. At its end
 * the log of deletions tells what no query finds any more.
 */
import { z } from 'zod';
import type { Page, Records, Stream } from '../contract.ts';
import { queryAll, queryEvery, queryMore, type Row, type Rows, type SalesforceContext } from './client.ts';
import { readErased } from './erased.ts';
import { SalesforceApiError } from './errors.ts';
import { byIdsQuery, changesQuery, isId, type Place } from './soql.ts';

/**
 * Where a stream stands. `instanceUrl`: of which org. `fromMs`: what changed before it has been read. While a read goes on: `startedMs`,
 * when its first query ran; `after`, a place before which nothing is missing; `rest`, where the rest of the latest query is and when that
 * ran; and `extra`, what the object had to know first. Times are by Salesforce’s clock.
 */
const cursorSchema = z.strictObject({
  instanceUrl: z.string(),
  fromMs: z.number().nullable(),
  startedMs: z.number().nullable(),
  after: z.strictObject({ at: z.string(), id: z.string() }).nullable(),
  rest: z.strictObject({ url: z.string(), ranAtMs: z.number() }).nullable(),
  extra: z.string().nullable(),
});
type Cursor = z.infer<typeof cursorSchema>;

/**
 * What is read again by the next run. A row can be read only when its transaction is done, and bears a time from within it: one that
 * ends after a query ran may have changed rows of before. Salesforce lets a transaction run for ten minutes at most.
 * https://developer.salesforce.com/docs/atlas.en-us.apexcode.meta/apexcode/apex_gov_limits.htm
 */
const overlapMs = 10 * 60_000;

/** What is particular to one object. */
export interface Source {
  object: string;
  /** What must be known before it is read, for example the org's currency; kept for the length of a read. */
  prepare(context: SalesforceContext, signal?: AbortSignal): Promise<string | null>;
  fields(context: SalesforceContext, extra: string | null): string[];
  /** Adds what else belongs to the rows; `extra` is what `prepare` found. */
  complete(context: SalesforceContext, rows: Row[], extra: string | null, options: Looking): Promise<Row[]>;
}
export interface Looking {
  now: Date;
  signal?: AbortSignal | undefined;
}

type FetchPage = Stream<SalesforceContext>['fetchPage'];
type FetchByIds = NonNullable<Stream<SalesforceContext>['fetchByIds']>;

export function readChanges(source: Source): FetchPage {
  return async (context, input): Promise<Page> => {
    const at = await standing(source, context, input);
    const { rows, next, ranAtMs } = await nextRows(source, context, at, input);
    const startedMs = at.startedMs ?? ranAtMs;
    const cursor: Cursor =
      next === null
        ? { ...fresh(at.instanceUrl), fromMs: startedMs - overlapMs }
        : { ...at, startedMs, after: lastPlace(rows, ranAtMs) ?? at.after, rest: { url: next, ranAtMs } };
    const { records, deleted } = await toRecords(source, context, rows, at.extra, input);
    // Before the first run nothing is stored that could have vanished.
    if (next === null && at.fromMs !== null)
      deleted.push(...(await readErased(context, source.object, { ...input, fromMs: at.fromMs, toMs: ranAtMs })));
    return { records, deleted, cursor: JSON.stringify(cursor), done: next === null };
  };
}

const fresh = (instanceUrl: string): Cursor => ({
  instanceUrl,
  fromMs: null,
  startedMs: null,
  after: null,
  rest: null,
  extra: null,
});

/** Another org than the cursor's, after the connection was reauthorised, is read from its beginning. */
async function standing(source: Source, context: SalesforceContext, input: Parameters<FetchPage>[1]): Promise<Cursor> {
  const { instanceUrl } = context.credentials;
  const kept = input.cursor === null ? null : cursorSchema.parse(JSON.parse(input.cursor));
  const at = kept?.instanceUrl === instanceUrl ? kept : fresh(instanceUrl);
  return at.startedMs === null ? { ...at, extra: await source.prepare(context, input.signal) } : at;
}

async function nextRows(source: Source, context: SalesforceContext, at: Cursor, input: Parameters<FetchPage>[1]): Promise<Rows> {
  try {
    if (at.rest) return { ...(await queryMore(context, at.rest.url, input)), ranAtMs: at.rest.ranAtMs };
  } catch (error) {
    if (!isRestGone(error)) throw error;
  }
  return queryAll(context, changesQuery(source.object, source.fields(context, at.extra), at), input);
}

/**
 * INVALID_QUERY_LOCATOR: it was not asked for soon enough, or ten others were begun since
 * (https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_apicursors.htm).
 * INVALID_SESSION_ID: the session is another since (https://github.com/airbytehq/airbyte/pull/84302); if it is this one that has ended,
 * the query that follows is refused for the same reason.
 */
const restGone = new Set<string | null>(['INVALID_QUERY_LOCATOR', 'INVALID_SESSION_ID']);
const isRestGone = (error: unknown) => error instanceof SalesforceApiError && restGone.has(error.code);

/**
 * The last row that stands where it stood when the query ran. A row that changed since may be given in its old place with its new time:
 * going on behind that time would leave out what is in between. Times are whole seconds, so that second itself is not trusted.
 */
function lastPlace(rows: Row[], ranAtMs: number): Place | null {
  const second = Math.floor(ranAtMs / 1_000) * 1_000;
  const row = rows.findLast(({ SystemModstamp }) => Date.parse(SystemModstamp as string) < second);
  return row ? { at: row['SystemModstamp'] as string, id: row['Id'] as string } : null;
}

/** Gone is also what the user does not see: there is no telling. */
export function readByIds(source: Source): FetchByIds {
  return async (context, { externalIds, now, signal }): Promise<Records> => {
    const ids = externalIds.filter(isId);
    const extra = ids.length > 0 ? await source.prepare(context, signal) : null;
    const soql = () => byIdsQuery(source.object, source.fields(context, extra), ids);
    const rows = ids.length > 0 ? await queryEvery(context, soql(), { now, signal }) : [];
    const { records, deleted } = await toRecords(source, context, rows, extra, { now, signal });
    const found = new Set(rows.flatMap(({ Id }) => [Id, (Id as string).slice(0, 15)]));
    const missing = externalIds.filter((id) => !found.has(id));
    const at = now.toISOString();
    return { records, deleted: [...deleted, ...missing.map((externalId) => ({ externalId, at, mergedInto: null }))] };
  };
}

/** What lies in the recycle bin is given with `IsDeleted`; what was merged into another names it as `MasterRecordId`. */
async function toRecords(
  source: Source,
  context: SalesforceContext,
  rows: Row[],
  extra: string | null,
  looking: Looking,
): Promise<Required<Records>> {
  const live = rows.filter(({ IsDeleted }) => IsDeleted !== true);
  const deleted = rows
    .filter(({ IsDeleted }) => IsDeleted === true)
    .map(({ Id, SystemModstamp, MasterRecordId }) => ({
      externalId: Id as string,
      at: new Date(SystemModstamp as string).toISOString(),
      mergedInto: typeof MasterRecordId === 'string' ? MasterRecordId : null,
    }));
  return { records: await source.complete(context, live, extra, looking), deleted };
}
