/** `POST /crm/v3/objects/<object>/search`. https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm */
import { z } from 'zod';
import type { SandboxAnswer } from '../contract.ts';
import { modifiedProperty, propertyOf, recordJson } from './sandbox-crm-wire.ts';
import type { SandboxObject } from './sandbox-crm.ts';
import type { SandboxRecord, SandboxRecords } from './sandbox-records.ts';
import { apiError, json } from './sandbox-wire.ts';

const filterSchema = z.strictObject({
  propertyName: z.string(),
  operator: z.enum(['GTE', 'GT', 'LTE', 'LT', 'EQ', 'IN', 'HAS_PROPERTY']),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});
type Filter = z.infer<typeof filterSchema>;

const searchSchema = z.strictObject({
  filterGroups: z.array(z.strictObject({ filters: z.array(filterSchema).max(6) })).length(1),
  sorts: z
    .array(z.strictObject({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']) }))
    .max(1)
    .default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(1).max(200).default(10),
  after: z.string().regex(/^\d+$/).default('0'),
});
type Search = z.infer<typeof searchSchema>;

/** No search gives more than this, however it is paged. */
const resultsMax = 10_000;

export function search(object: SandboxObject, records: SandboxRecords, body: unknown): SandboxAnswer {
  const parsed = searchSchema.safeParse(body);
  if (!parsed.success) return apiError(400, 'VALIDATION_ERROR', `Invalid input JSON: ${z.prettifyError(parsed.error)}`);
  const { limit, properties, after } = parsed.data;
  const start = Number(after);
  if (start + limit > resultsMax)
    return apiError(400, 'VALIDATION_ERROR', `There was a problem with the request: paging past ${resultsMax} results.`);
  const { total, found } = run(object, records, parsed.data, start);
  const next = start + found.length;
  return json(200, {
    total,
    results: found.map((record) => recordJson(object, record, { properties })),
    ...(next < total && { paging: { next: { after: String(next) } } }),
  });
}

function run(object: SandboxObject, records: SandboxRecords, { filterGroups, sorts, limit }: Search, start: number) {
  const { filters } = filterGroups[0]!;
  const inTime = filters.filter(({ propertyName }) => propertyName === modifiedProperty[object]);
  const others = filters.filter((filter) => !inTime.includes(filter));
  const [first, end] = rangeOf(records, inTime);
  const [sort] = sorts;
  // What every page of a sync asks for is a slice of the index.
  if (others.length === 0 && sort?.propertyName === modifiedProperty[object] && sort.direction === 'ASCENDING')
    return {
      total: Math.max(0, end - first),
      found: records.slice(Math.min(first + start, end), Math.min(first + start + limit, end)),
    };
  const all = records.slice(first, end).filter((record) => others.every((filter) => fits(object, record, filter)));
  const sorted = sort ? all.toSorted((a, b) => compare(object, a, b, sort.propertyName)) : all;
  if (sort?.direction === 'DESCENDING') sorted.reverse();
  return { total: all.length, found: sorted.slice(start, start + limit) };
}

function rangeOf(records: SandboxRecords, filters: Filter[]): [first: number, end: number] {
  let [first, end] = [0, records.count];
  for (const { operator, value } of filters) {
    const ms = timeOf(value);
    if (operator === 'GTE' || operator === 'EQ') first = Math.max(first, records.position(ms));
    if (operator === 'GT') first = Math.max(first, records.position(ms + 1));
    if (operator === 'LT') end = Math.min(end, records.position(ms));
    if (operator === 'LTE' || operator === 'EQ') end = Math.min(end, records.position(ms + 1));
  }
  return [first, end];
}

/** Milliseconds since 1970 or ISO 8601. */
function timeOf(value = ''): number {
  return /^\d+$/.test(value) ? Number(value) : Date.parse(value);
}

function fits(
  object: SandboxObject,
  record: SandboxRecord,
  { propertyName, operator, value = '', values = [] }: Filter,
): boolean {
  const own = propertyOf(object, record, propertyName);
  if (operator === 'HAS_PROPERTY') return own !== null;
  if (own === null) return false;
  if (operator === 'IN') return values.includes(own);
  if (operator === 'EQ') return own === value;
  const difference = compareTexts(own, value);
  if (operator === 'GT') return difference > 0;
  if (operator === 'GTE') return difference >= 0;
  return operator === 'LT' ? difference < 0 : difference <= 0;
}

function compare(object: SandboxObject, a: SandboxRecord, b: SandboxRecord, name: string): number {
  return compareTexts(propertyOf(object, a, name) ?? '', propertyOf(object, b, name) ?? '');
}

/** Numbers as numbers. */
function compareTexts(a: string, b: string): number {
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
}
