import { z } from 'zod';
import type { Position } from './window.ts';

/** Where a stream stands. Times are milliseconds since 1970. */
const cursorSchema = z.strictObject({
  /** What is read next; `null`: all changes were read, and this run is among the archived records. */
  position: z.strictObject({ fromMs: z.int(), afterId: z.string().nullable() }).nullable(),
  /** The newest change that was seen. */
  seenMs: z.int().nullable(),
  /** When the archived records were last gone through. */
  archiveReadMs: z.int().nullable(),
  /** The next page of archived records. */
  archiveAfter: z.string().nullable(),
});
export type Cursor = z.infer<typeof cursorSchema>;

/** Search lags behind what is written by seconds, so the last minutes are read again. https://developers.hubspot.com/docs/api-reference/crm-search-v3/guide */
const overlapMs = 5 * 60_000;
/** There is no "deleted since": all that is in the recycling bin is listed each time. */
const archiveEveryMs = 6 * 3_600_000;

export const start: Position = { fromMs: 0, afterId: null };

/** For the first run, what is archived was never here. */
export function readCursor(text: string | null, now: Date): Cursor {
  if (text === null) return { position: start, seenMs: null, archiveReadMs: now.getTime(), archiveAfter: null };
  return cursorSchema.parse(JSON.parse(text));
}

export function isArchiveDue({ archiveReadMs }: Cursor, now: Date): boolean {
  return now.getTime() - (archiveReadMs ?? 0) >= archiveEveryMs;
}

/** Where the next run begins. */
export function endOfRun(cursor: Cursor): Cursor {
  const fromMs = cursor.seenMs === null ? start.fromMs : Math.max(0, cursor.seenMs - overlapMs);
  return { ...cursor, position: { fromMs, afterId: null }, archiveAfter: null };
}
