import { z } from 'zod';
import { HttpFailure, type ProviderContext } from '../contract.ts';
import { SalesforceApiError } from './errors.ts';
import type { SalesforceCredentials, SalesforceSettings } from './schema.ts';

export type SalesforceContext = ProviderContext<SalesforceCredentials, SalesforceSettings>;

/**
 * One version for every call. Spring ’26: every org has it, and a version lives for three years at least.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm
 */
export const apiVersion = 'v66.0';

/** Taken as it is: a schema with keys would copy each of thousands of records. */
export type Row = Record<string, unknown>;
const row = z.custom<Row>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));

/** https://developer.salesforce.com/docs/platform/api-rest/guide/resources-queryall.html */
const answerSchema = z.object({
  records: z.array(row),
  nextRecordsUrl: z
    .string()
    .regex(/^\/services\/data\/v\d{1,3}\.\d\/query(All)?\/[\w-]{1,200}$/)
    .nullish(),
});

export interface Rows {
  rows: Row[];
  /** Where the rest is, as a path of the org; `null` when there is none. */
  next: string | null;
  /** Not later than when the query ran, on Salesforce's own clock, in milliseconds. */
  ranAtMs: number;
}

interface Options {
  /** Rows that one answer should have; Salesforce may give fewer. */
  pageSize?: number;
  now: Date;
  signal?: AbortSignal | undefined;
}

/** The first rows of a query, deleted ones among them. */
export function queryAll(context: SalesforceContext, soql: string, options: Options): Promise<Rows> {
  return rowsAt(context, `/services/data/${apiVersion}/queryAll`, { q: soql }, options);
}

/** The rows that `next` told of. Salesforce keeps them for a while, and for the session that asked. */
export function queryMore(context: SalesforceContext, next: string, options: Options): Promise<Rows> {
  return rowsAt(context, next, {}, options);
}

/** All rows of a query. */
export async function queryEvery(context: SalesforceContext, soql: string, options: Options): Promise<Row[]> {
  let answer = await queryAll(context, soql, options);
  const all = answer.rows;
  while (answer.next !== null) {
    answer = await queryMore(context, answer.next, options);
    all.push(...answer.rows);
  }
  return all;
}

/** https://developer.salesforce.com/docs/platform/api-rest/guide/headers-queryoptions.html */
const pageSizeMin = 200;
const pageSizeMax = 2_000;

async function rowsAt(
  context: SalesforceContext,
  path: string,
  query: Record<string, string>,
  { pageSize = pageSizeMax, now, signal }: Options,
): Promise<Rows> {
  const started = performance.now();
  const batchSize = Math.min(Math.max(pageSize, pageSizeMin), pageSizeMax);
  const headers = { 'sforce-query-options': `batchSize=${batchSize}` };
  const answer = await send(context, { path, query, headers, signal });
  const told = Date.parse(answer.headers['date'] ?? '');
  const { records, nextRecordsUrl } = read(answer.body, answerSchema);
  const ranAtMs = (Number.isNaN(told) ? now.getTime() : told) - Math.ceil(performance.now() - started);
  return { rows: records, next: nextRecordsUrl ?? null, ranAtMs };
}

/** One JSON document of the org. */
export async function getJson<T>(
  context: SalesforceContext,
  path: string,
  schema: z.ZodType<T>,
  { query = {}, signal }: { query?: Record<string, string>; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  return read((await send(context, { path, query, signal })).body, schema);
}

/**
 * Sets fields of one record; Salesforce answers nothing. Whatever triggers of the org's own refuse is undone as a whole.
 * https://developer.salesforce.com/docs/platform/api-rest/guide/resources-sobject-retrieve-patch.html
 */
export async function patchRecord(
  context: SalesforceContext,
  object: string,
  { id, fields, signal }: { id: string; fields: Record<string, string | number | null>; signal?: AbortSignal | undefined },
): Promise<void> {
  const path = `/services/data/${apiVersion}/sobjects/${object}/${encodeURIComponent(id)}`;
  await send(context, { method: 'PATCH', path, body: JSON.stringify(fields), signal });
}

interface Asked {
  method?: 'GET' | 'PATCH';
  path: string;
  body?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  signal: AbortSignal | undefined;
}

async function send({ http, credentials }: SalesforceContext, { method = 'GET', path, query, headers, body, signal }: Asked) {
  const answer = await http.request({
    method,
    url: `${credentials.instanceUrl}${path}`,
    headers: {
      ...headers,
      authorization: `Bearer ${credentials.accessToken}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
    ...(query && { query }),
    ...(signal && { signal }),
  });
  if (answer.status < 200 || answer.status >= 300) throw toError(answer.status, answer.headers, answer.body);
  return answer;
}

function read<T>(body: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parse(body));
  if (!parsed.success) throw unreadable();
  return parsed.data;
}

export const unreadable = () => new HttpFailure('truncated', 'unknown', 'Salesforce’s answer could not be read.');

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable();
  }
}

const errorSchema = z.array(
  z.object({ errorCode: z.string().regex(/^\w{1,80}$/), message: z.string().optional().catch(undefined) }),
);

/** An error page may be anything, for example HTML of a proxy: then the status alone tells. */
function toError(status: number, headers: Record<string, string>, body: string): SalesforceApiError {
  let first: z.infer<typeof errorSchema>[number] | undefined;
  try {
    [first] = errorSchema.parse(JSON.parse(body));
  } catch {
    // The status alone.
  }
  const unseen = /(?:No such column|sObject type) '([\w.]{1,80})'/.exec(first?.message ?? '')?.[1] ?? null;
  return new SalesforceApiError(status, first?.errorCode ?? null, { unseen, retryAfterMs: waitMs(headers['retry-after']) });
}

function waitMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;
}
