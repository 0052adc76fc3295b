import type { Quota } from '../contract.ts';
import { quotaIn } from '../quota.ts';

const day = { name: 'day', limit: 'x-hubspot-ratelimit-daily', remaining: 'x-hubspot-ratelimit-daily-remaining' } as const;
const tenSeconds = { name: 'ten seconds', limit: 'x-hubspot-ratelimit-max', remaining: 'x-hubspot-ratelimit-remaining' } as const;

/**
 * The day's limit where HubSpot tells it (private apps), else that of ten seconds; searches tell neither.
 * https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
 */
export const quotaOf = (headers: Record<string, string>): Quota | null => quotaIn(headers, day) ?? quotaIn(headers, tenSeconds);
