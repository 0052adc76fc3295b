import { BadCursor } from './errors.ts';

/** Lists are paged by id. Ids are time-sorted, so the newest row comes first and a row that arrives meanwhile moves nothing. */
export interface PageInput {
  /** `nextCursor` of the page before; absent for the first page. */
  cursor?: string | undefined;
  /** Rows in one page. */
  limit: number;
}
export interface Page<T> {
  items: T[];
  /** `null` on the last page. */
  nextCursor: string | null;
}

/** Cuts a page from `rows`, which were read with one row more than the limit. */
export function cutPage<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** The cursor of a list that is paged by number, newest first: the number that the next page lies below. */
export function numberBelow(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new BadCursor();
  return Number(cursor);
}
