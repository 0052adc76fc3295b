import type { Quota } from '../contract.ts';
import { quotaIn } from '../quota.ts';

const day = { name: 'day', limit: 'x-daily-ratelimit-token-limit', remaining: 'x-daily-ratelimit-token-remaining' } as const;
const twoSeconds = { name: 'two seconds', limit: 'x-ratelimit-limit', remaining: 'x-ratelimit-remaining' } as const;

/** The day's tokens, else the calls of two seconds. https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting */
export const quotaOf = (headers: Record<string, string>): Quota | null => quotaIn(headers, day) ?? quotaIn(headers, twoSeconds);
