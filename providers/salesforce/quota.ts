import type { Quota } from '../contract.ts';

/** `api-usage=10018/100000`: the org's calls of the day. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm */
export function quotaOf(headers: Record<string, string>): Quota | null {
  const [, used, limit] = /(?:^|[;,\s])api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
  return used === undefined ? null : { name: 'day', limit: Number(limit), remaining: Math.max(0, Number(limit) - Number(used)) };
}
