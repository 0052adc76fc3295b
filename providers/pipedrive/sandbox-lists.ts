/** Pipedrive's lists: filters, sorting, and markers of the next page. https://pipedrive.readme.io/docs/core-api-concepts-pagination */
import type { SandboxAnswer } from '../contract.ts';
import { apiError, json, rfc3339 } from './sandbox-wire.ts';

interface Listed {
  id: number;
  addedAt: number;
  updatedAt: number;
  isDeleted: boolean;
  isArchived: boolean;
  status?: string;
}

/**
 * As the documented example of a marker reads when it is decoded: the sort field's value and the id of the next page's first item. An
 * item that moves away meanwhile leaves the marker where it was.
 */
interface Marker {
  field: string;
  fieldValue: number;
  sortDirection: string;
  id: number;
}
const writeMarker = (marker: Marker) => Buffer.from(JSON.stringify(marker)).toString('base64url');

function readMarker(text: string): Marker | null {
  try {
    const marker = JSON.parse(Buffer.from(text, 'base64url').toString()) as Marker;
    return typeof marker.fieldValue === 'number' && typeof marker.id === 'number' ? marker : null;
  } catch {
    return null;
  }
}

/** `archived`: which of the two lists is asked for. */
export function listRecords<T extends Listed>(
  all: Iterable<T>,
  query: URLSearchParams,
  { archived, toJson }: { archived: boolean; toJson: (item: T) => unknown },
): SandboxAnswer {
  const limit = Number(query.get('limit') ?? 100);
  const ids = query.get('ids')?.split(',').map(Number);
  const since = query.get('updated_since');
  const sortBy = query.get('sort_by') ?? 'id';
  if (!(limit >= 1 && limit <= 500)) return apiError(400, 'limit must be between 1 and 500');
  if (ids && ids.length > 100) return apiError(400, 'ids may name 100 entities at most');
  if (since !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since)) return apiError(400, 'updated_since must be RFC3339');
  if (!['id', 'update_time', 'add_time'].includes(sortBy)) return apiError(400, 'sort_by is not valid');
  const cursor = query.get('cursor');
  const marker = cursor === null ? null : readMarker(cursor);
  if (cursor !== null && (marker === null || marker.field !== sortBy)) return apiError(400, 'cursor is not valid');

  const statuses = query.get('status')?.split(',');
  const isListed = (item: T) =>
    item.isArchived === archived &&
    (item.isDeleted ? statuses?.includes('deleted') === true : !statuses || statuses.includes(item.status!)) &&
    (!ids || ids.includes(item.id)) &&
    (since === null || rfc3339(item.updatedAt) >= since);
  const valueOf = (item: T) => (sortBy === 'id' ? item.id : sortBy === 'add_time' ? item.addedAt : item.updatedAt);
  const isAfter = (item: T) =>
    !marker || valueOf(item) > marker.fieldValue || (valueOf(item) === marker.fieldValue && item.id >= marker.id);
  const sorted = [...all]
    .filter((item) => isListed(item) && isAfter(item))
    .toSorted((a, b) => valueOf(a) - valueOf(b) || a.id - b.id);
  const first = sorted[limit];
  const next = first && writeMarker({ field: sortBy, fieldValue: valueOf(first), sortDirection: 'asc', id: first.id });
  return json(200, { success: true, data: sorted.slice(0, limit).map(toJson), additional_data: { next_cursor: next ?? null } });
}

/** Short lists by their place. */
export function listItems(items: unknown[], query: URLSearchParams): SandboxAnswer {
  const start = Number(Buffer.from(query.get('cursor') ?? '', 'base64url').toString() || 0);
  const end = start + Number(query.get('limit') ?? 100);
  const next = end < items.length ? Buffer.from(String(end)).toString('base64url') : null;
  return json(200, { success: true, data: items.slice(start, end), additional_data: { next_cursor: next } });
}
