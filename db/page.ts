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
