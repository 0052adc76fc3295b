import type { LimitName } from '../domain/headroom.ts';
import type { Quota } from './contract.ts';

/** A limit that a vendor tells in two headers, its size and what is left; `null` where it tells none. */
export function quotaIn(
  headers: Record<string, string>,
  { name, limit, remaining }: { name: LimitName; limit: string; remaining: string },
): Quota | null {
  return headers[limit] === undefined || headers[remaining] === undefined
    ? null
    : { name, limit: Number(headers[limit]), remaining: Number(headers[remaining]) };
}
