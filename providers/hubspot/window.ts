/**
 * Reading by time of change without HubSpot's pages. Search gives 10,000 results at most and pages by offset, so that a record that
 * changes between two pages moves the others into places that were read already
 * (https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm). Here each search asks for what was changed from a time on,
 * and the next one goes on from the last time that was seen. Pure.
 */

/** What is read next: all from `fromMs` on, or, with `afterId`, what was changed in exactly that millisecond and has a larger id. */
export interface Position {
  fromMs: number;
  afterId: string | null;
}
export interface Found {
  id: string;
  atMs: number;
}

interface SearchFilters {
  filters: { propertyName: string; operator: 'GTE' | 'EQ' | 'GT'; value: string }[];
  sortBy: string;
}

export function filtersAt({ fromMs, afterId }: Position, timeProperty: string): SearchFilters {
  const time = { propertyName: timeProperty, value: String(fromMs) };
  if (afterId === null) return { filters: [{ ...time, operator: 'GTE' }], sortBy: timeProperty };
  return {
    filters: [
      { ...time, operator: 'EQ' },
      { propertyName: 'hs_object_id', operator: 'GT', value: afterId },
    ],
    sortBy: 'hs_object_id',
  };
}

/**
 * Which of the records that a search gave are taken, and what is read next; `null`: nothing is left. Of records of one millisecond
 * no order is promised, so those of the last one wait for the next search, and where one millisecond fills a whole search it is read
 * by ids.
 */
export function advance(at: Position, found: Found[], hasMore: boolean): { taken: Found[]; next: Position | null } {
  if (at.afterId !== null) {
    const next = hasMore ? { ...at, afterId: found.at(-1)!.id } : { fromMs: at.fromMs + 1, afterId: null };
    return { taken: found, next };
  }
  if (!hasMore) return { taken: found, next: null };
  const lastMs = found.at(-1)!.atMs;
  const taken = found.filter(({ atMs }) => atMs < lastMs);
  return { taken, next: { fromMs: lastMs, afterId: taken.length === 0 ? '0' : null } };
}
