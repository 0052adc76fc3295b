/**
 * How lists are read: everything that changed since a time, oldest first, page by page.
 *
 * Pipedrive pages by a marker "representing the first item on the next page" (https://pipedrive.readme.io/docs/core-api-concepts-pagination).
 * Its documented example is the sort field's value with the id that breaks ties, and not a count of rows: a record that changes between
 * two pages moves behind the marker and comes again in its new version, and the others keep their places. Times are whole seconds, so
 * what changes twice within one second, or is seen late, is left to the next window, which overlaps.
 */
import { z } from 'zod';
import type { Page, Stream } from '../contract.ts';
import { answeredAt, getJson, type Answer, type PipedriveContext } from './client.ts';
import { PipedriveApiError } from './errors.ts';

const time = z.iso.datetime();
const passSchema = z.strictObject({
  kind: z.enum(['current', 'archived']),
  /** By Pipedrive's clock, when the first page came. */
  startedAt: time.nullable(),
  marker: z.string().nullable(),
  /** The last change on the page before. */
  reachedAt: time.nullable(),
});

/**
 * `since` and `archivedSince` bound the next windows (`null`: everything), `archivedAt` is when we last looked at what is archived, and
 * `pass` is the window that is being read.
 */
const cursorSchema = z.strictObject({
  since: time.nullable(),
  archivedSince: time.nullable(),
  archivedAt: time.nullable(),
  pass: passSchema.nullable(),
});
type Cursor = z.infer<typeof cursorSchema>;
type Pass = z.infer<typeof passSchema>;
const start: Cursor = { since: null, archivedSince: null, archivedAt: null, pass: null };

const overlapMs = 5 * 60_000;
/** Archived deals change seldom, and their list costs twice as much. https://developers.pipedrive.com/docs/api/v1/Deals#getArchivedDeals */
const archivedEveryMs = 6 * 3_600_000;

export interface RawRecord extends Record<string, unknown> {
  id: number;
  update_time: string;
}
/** Taken as it is. */
export const rawRecord = z.custom<RawRecord>(
  (value) => typeof value === 'object' && value !== null && Number.isInteger((value as RawRecord).id),
);

export interface ListInput {
  path: string;
  archivedPath?: string;
  query?: Record<string, string>;
  pageSizeMax: number;
}

type FetchInput = Parameters<Stream['fetchPage']>[1];

/**
 * The next page of the window. The next window begins at the first page of this one, by Pipedrive's clock and less the overlap: from
 * the last change on, a bulk import would be read again by every run until somebody changes something else.
 */
export async function fetchWindowPage(
  context: PipedriveContext,
  input: FetchInput,
  list: ListInput,
): Promise<Omit<Page, 'deleted' | 'records'> & { records: RawRecord[] }> {
  const cursor = input.cursor ? cursorSchema.parse(JSON.parse(input.cursor)) : start;
  const pass: Pass = cursor.pass ?? { kind: 'current', startedAt: null, marker: null, reachedAt: null };
  const since = pass.kind === 'current' ? cursor.since : cursor.archivedSince;
  const { data: records, next, headers } = await fetchList(context, input, list, pass, since);
  const startedAt = pass.startedAt ?? answeredAt(headers, input.now).toISOString();

  if (next !== null && next !== pass.marker) {
    const reachedAt = toTime(records.at(-1)?.update_time) ?? pass.reachedAt;
    return { records, done: false, cursor: JSON.stringify({ ...cursor, pass: { ...pass, startedAt, marker: next, reachedAt } }) };
  }
  const nextSince = new Date(Date.parse(startedAt) - overlapMs).toISOString();
  const after: Cursor =
    pass.kind === 'current'
      ? { ...cursor, since: nextSince, pass: null }
      : { ...cursor, archivedSince: nextSince, archivedAt: input.now.toISOString(), pass: null };
  const isArchiveDue =
    pass.kind === 'current' &&
    list.archivedPath !== undefined &&
    (cursor.archivedAt === null || input.now.getTime() - Date.parse(cursor.archivedAt) >= archivedEveryMs);
  if (isArchiveDue) after.pass = { kind: 'archived', startedAt: null, marker: null, reachedAt: null };
  return { records, done: !isArchiveDue, cursor: JSON.stringify(after) };
}

/**
 * Nobody says how long a marker lasts. One that is no longer taken gives way to the time that was reached, so that the job does not
 * stand still for good; where no time was reached, the refusal is told.
 */
async function fetchList(
  context: PipedriveContext,
  { pageSize, signal }: FetchInput,
  { path, archivedPath, query, pageSizeMax }: ListInput,
  { kind, marker, reachedAt }: Pass,
  since: string | null,
): Promise<Answer<RawRecord[]>> {
  const read = (from: string | null, cursor: string | null) =>
    getJson(context, kind === 'current' ? path : archivedPath!, z.array(rawRecord), {
      query: {
        ...query,
        sort_by: 'update_time',
        sort_direction: 'asc',
        limit: Math.min(pageSize, pageSizeMax),
        ...(from !== null && { updated_since: toSeconds(from) }),
        ...(cursor !== null && { cursor }),
      },
      signal,
    });
  try {
    return await read(since, marker);
  } catch (error) {
    const isRefused = error instanceof PipedriveApiError && error.status === 400 && marker !== null;
    if (!isRefused || reachedAt === null || (since !== null && reachedAt <= since)) throw error;
    return read(reachedAt, null);
  }
}

/** RFC 3339 without fractions, as the documents have it. */
function toSeconds(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

function toTime(text: unknown): string | null {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
