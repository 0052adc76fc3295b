import { z } from 'zod';
import type { Position } from './window.ts';

/** Where a stream stands. Times are milliseconds since 1970. */
const cursorSchema = z.strictObject({
  /** What is read next; `null`: all changes were read, and this run is among the archived records. */
  position: z.strictObject({ fromMs: z.int(), afterId: z.string().nullable() }).nullable(),
  /** The newest change that was seen. */
  seenMs: z.int().nullable(),
  /** When the archived records were last gone through. */
  archiveReadMs: z.int(),
  /** The newest of them that was told by then, by HubSpot's clock, and the newest that was seen since. */
  archivedToldMs: z.int(),
  archivedSeenMs: z.int(),
  /** The next page of archived records. */
  archiveAfter: z.string().nullable(),
});
export type Cursor = z.infer<typeof cursorSchema>;

/** Search lags behind what is written by seconds, so the last minutes are read again. https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm */
const overlapMs = 5 * 60_000;
/** There is no "deleted since": all that is in the recycling bin is listed each time. */
const archiveEveryMs = 6 * 3_600_000;

export const start: Position = { fromMs: 0, afterId: null };

/** For the first run, what is archived was never here. */
export function readCursor(text: string | null, now: Date): Cursor {
  if (text !== null) return cursorSchema.parse(JSON.parse(text));
  const never = { archivedToldMs: 0, archivedSeenMs: 0, archiveAfter: null };
  return { position: start, seenMs: null, archiveReadMs: now.getTime(), ...never };
}

/** What is archived while the pages are gone through may stand on one that was read: it is told the next time. */
const archiveOverlapMs = 3_600_000;

export function isArchiveDue({ archiveReadMs }: Cursor, now: Date): boolean {
  return now.getTime() - archiveReadMs >= archiveEveryMs;
}

/** What was told need not be written again each time: a recycling bin may hold a hundred thousand. */
export function isNewlyArchived({ archivedToldMs }: Cursor, archivedAt: string): boolean {
  return Date.parse(archivedAt) >= archivedToldMs - archiveOverlapMs;
}

/** Where the next run begins. */
export function endOfRun(cursor: Cursor): Cursor {
  const { seenMs, archivedSeenMs: archivedToldMs } = cursor;
  const fromMs = seenMs === null ? start.fromMs : Math.max(0, seenMs - overlapMs);
  return { ...cursor, position: { fromMs, afterId: null }, archivedToldMs, archiveAfter: null };
}
