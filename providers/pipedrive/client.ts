/**
 * Pipedrive over the engine's own client. Its SDK (`pipedrive` 33.7.0) is generated from its OpenAPI document over axios: it knows
 * paths and types, and nothing of limits, pages or retries, so it would only keep our client from seeing the calls.
 */
import { z } from 'zod';
import { HttpFailure, type ProviderContext } from '../contract.ts';
import { PipedriveApiError } from './errors.ts';
import type { PipedriveCredentials, PipedriveSettings } from './schema.ts';

export type PipedriveContext = ProviderContext<PipedriveCredentials, PipedriveSettings>;

type Query = Record<string, string | number | undefined>;
type Headers = Record<string, string>;

/** The `data` of one answer, the marker of the next page, and the headers. */
export interface Answer<T> {
  data: T;
  next: string | null;
  headers: Headers;
}

/** https://pipedrive.readme.io/docs/core-api-concepts-pagination */
const additionalSchema = z.object({ next_cursor: z.string().max(3_000).nullish() }).nullish();

/** One JSON document, such as `/api/v2/deals`; with `change`, what it is after that. */
export async function getJson<T>(
  { http, credentials }: PipedriveContext,
  path: string,
  schema: z.ZodType<T>,
  { query, change, signal }: { query?: Query; change?: Record<string, unknown>; signal?: AbortSignal | undefined } = {},
): Promise<Answer<T>> {
  const { status, headers, body } = await http.request({
    method: change ? 'PATCH' : 'GET',
    // A consent is given for one company, which has a host of its own.
    url: (credentials.instanceUrl ?? '') + path,
    ...(query && { query }),
    headers: { ...authorization(credentials), accept: 'application/json', ...(change && { 'content-type': 'application/json' }) },
    ...(change && { body: JSON.stringify(change) }),
    ...(signal && { signal }),
  });
  if (status < 200 || status >= 300) throw toError(status, headers, body);
  const parsed = z.object({ data: schema, additional_data: additionalSchema }).safeParse(parse(body));
  if (!parsed.success) throw unreadable();
  return { data: parsed.data.data, next: parsed.data.additional_data?.next_cursor ?? null, headers };
}

/** https://pipedrive.readme.io/docs/core-api-concepts-authentication */
function authorization({ apiToken, accessToken }: PipedriveCredentials): Headers {
  return apiToken === undefined ? { authorization: `Bearer ${accessToken}` } : { 'x-api-token': apiToken };
}

/** All pages of a list that is short by nature, such as stages. */
export async function getAll<T>(context: PipedriveContext, path: string, item: z.ZodType<T>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ;) {
    const answer: Answer<T[]> = await getJson(context, path, z.array(item), {
      query: { limit: 500, ...(cursor !== null && { cursor }) },
    });
    all.push(...answer.data);
    if (answer.next === null || answer.next === cursor) return all;
    cursor = answer.next;
  }
}

/** When Pipedrive answered, by its own clock. https://www.rfc-editor.org/rfc/rfc9110#name-date */
export function answeredAt({ date }: Headers, otherwise: Date): Date {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? otherwise : new Date(ms);
}

const unreadable = () => new HttpFailure('truncated', 'unknown', 'Pipedrive’s answer could not be read.');

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable();
  }
}

/** https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting */
function toError(status: number, headers: Headers, body: string): PipedriveApiError {
  const wait = secondsIn(headers['retry-after']);
  if (status === 429) {
    const isDaily = headers['x-daily-ratelimit-token-remaining'] === '0';
    const seconds = wait ?? (isDaily ? null : secondsIn(headers['x-ratelimit-reset']));
    return new PipedriveApiError(status, isDaily ? 'daily_budget' : 'burst', toMs(seconds));
  }
  return new PipedriveApiError(status, status === 403 ? codeOfForbidden(body) : null, toMs(wait));
}

/** Who goes on calling after 429 is shut out by Cloudflare, with a page in HTML; Pipedrive's own refusals are JSON. */
function codeOfForbidden(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return error === 'Scope and URL mismatch' ? 'scope_mismatch' : 'forbidden';
  } catch {
    return 'blocked';
  }
}

export function secondsIn(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
}

function toMs(seconds: number | null): number | undefined {
  return seconds === null ? undefined : seconds * 1_000;
}
