import { z } from 'zod';
import { HttpFailure, type HttpRequest, type ProviderContext } from '../contract.ts';
import { HubspotApiError } from './errors.ts';
import type { HubspotCredentials, HubspotSettings } from './schema.ts';

export type HubspotContext = ProviderContext<HubspotCredentials, HubspotSettings>;

/** A GET without a query when only `path` is given. */
export interface Call {
  method?: 'GET' | 'POST' | 'PATCH';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** One JSON document under `https://api.hubapi.com`. A 207 is one: some things that were asked for are not in it. */
export async function callJson<T>(context: HubspotContext, call: Call, schema: z.ZodType<T>): Promise<T> {
  const { http, credentials } = context;
  const request: HttpRequest = {
    method: call.method ?? 'GET',
    url: call.path,
    ...(call.query && { query: call.query }),
    headers: {
      authorization: `Bearer ${credentials.accessToken}`,
      accept: 'application/json',
      ...(call.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    ...(call.signal && { signal: call.signal }),
  };
  const { status, headers, body } = await http.request(request);
  if (status < 200 || status >= 300) throw toError(status, headers, body);
  const parsed = schema.safeParse(parse(body));
  if (!parsed.success) throw unreadable();
  return parsed.data;
}

export const unreadable = () => new HttpFailure('truncated', 'unknown', 'HubSpot’s answer could not be read.');

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable();
  }
}

const scopeList = z.object({
  missingScopes: z.array(z.string()).optional(),
  requiredGranularScopes: z.array(z.string()).optional(),
});
const errorSchema = z.object({
  category: z.string().optional().catch(undefined),
  policyName: z.string().optional().catch(undefined),
  context: scopeList.optional().catch(undefined),
  errors: z
    .array(z.object({ context: scopeList.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});

/** An error page may be anything, for example HTML of a proxy: then the status alone tells. */
function toError(status: number, headers: Record<string, string>, body: string): HubspotApiError {
  let told: z.infer<typeof errorSchema> = {};
  try {
    told = errorSchema.parse(JSON.parse(body));
  } catch {
    // The status alone.
  }
  const contexts = [told.context, ...(told.errors ?? []).map(({ context }) => context)];
  const missingScopes = contexts.flatMap((context) => context?.missingScopes ?? context?.requiredGranularScopes ?? []);
  const code = (status === 429 ? told.policyName : undefined) ?? told.category ?? null;
  return new HubspotApiError(status, code, {
    missingScopes: [...new Set(missingScopes.filter((scope) => /^[\w.-]{1,80}$/.test(scope)))],
    retryAfterMs: waitMs(headers['retry-after']),
  });
}

function waitMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;
}
