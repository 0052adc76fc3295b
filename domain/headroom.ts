/** How much of a provider's limit is left: what it last said of it, as long as that holds. */

/** Limits by the name of their window. After that time all of one is there again, whichever way the provider counts. */
export const limitWindowsMs = { day: 86_400_000, 'ten seconds': 10_000, 'two seconds': 2_000 } as const;
export type LimitName = keyof typeof limitWindowsMs;
export const limitNames = Object.keys(limitWindowsMs) as LimitName[];

export interface SaidLimit {
  name: LimitName;
  limit: number;
  remaining: number;
  /** When the provider said so; ISO 8601, like all times here. */
  at: string;
}

export interface Headroom {
  name: LimitName;
  limit: number;
  remaining: number;
  /** By when all of it is there again, at the latest; `null` when it is. */
  resetsAt: string | null;
  sentence: string;
}

export function headroomOf({ name, limit, remaining, at }: SaidLimit, now: string): Headroom {
  const resetsAtMs = Date.parse(at) + limitWindowsMs[name];
  const allowed = `calls that the provider allows in ${name === 'day' ? 'a day' : name} are left.`;
  if (remaining >= limit || resetsAtMs <= Date.parse(now))
    return { name, limit, remaining: limit, resetsAt: null, sentence: `All ${limit} ${allowed}` };
  return {
    name,
    limit,
    remaining,
    resetsAt: new Date(resetsAtMs).toISOString(),
    sentence: `${remaining} of the ${limit} ${allowed}`,
  };
}
