/** The logs of deals, within the limits that Pipedrive sets. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { getJson, secondsIn, type Answer, type PipedriveContext } from './client.ts';
import { PipedriveApiError } from './errors.ts';

/**
 * Pipedrive's words: values are text, `time` is UTC as `YYYY-MM-DD HH:MM:SS`, newest first.
 * https://developers.pipedrive.com/docs/api/v1/Deals#getDealChangelog
 */
export const changeSchema = z.object({
  field_key: z.string(),
  old_value: z.unknown(),
  new_value: z.unknown(),
  time: z.string(),
  actor_user_id: z.number().nullish(),
});
export type Change = z.infer<typeof changeSchema>;
const logSchema = z.array(changeSchema).nullish();

export const tellsOfStage = (field: string): boolean => field === 'stage_id' || field === 'status';

/** Calls at once: the smallest plan takes twenty in two seconds. */
const atOnce = 4;
/** Of the day's tokens this share is left to the company's other apps: a log costs 20 tokens, more than all else that is read. */
const reservedShare = 0.1;

/** By deal, all changes of its stage and status. */
export async function fetchLogs(
  context: PipedriveContext,
  dealIds: number[],
  signal?: AbortSignal,
): Promise<Map<number, Change[]>> {
  const logs = new Map<number, Change[]>();
  const left = [...dealIds];
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) logs.set(id, await fetchLog(context, id, signal));
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    // After a failure the others stop, too.
    left.length = 0;
  }
  return logs;
}

async function fetchLog(context: PipedriveContext, dealId: number, signal?: AbortSignal): Promise<Change[]> {
  const path = `/api/v1/deals/${dealId}/changelog`;
  const changes: Change[] = [];
  for (let cursor: string | null = null; ;) {
    const query = { limit: 500, ...(cursor !== null && { cursor }) };
    const answer: Answer<Change[] | null | undefined> = await getJson(context, path, logSchema, { query, signal });
    const { data, next, headers } = answer;
    changes.push(...(data ?? []).filter(({ field_key }) => tellsOfStage(field_key)));
    await keepToLimits(headers);
    if (next === null || next === cursor) return changes;
    cursor = next;
  }
}

/**
 * A window of calls that is nearly used up is waited for (2 s at most), because a refusal would throw away a page that was paid for. A
 * day that is nearly used up ends the attempt. Each header may be missing. https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
 */
async function keepToLimits(headers: Record<string, string>): Promise<void> {
  const [left, limit] = [headers['x-daily-ratelimit-token-remaining'], headers['x-daily-ratelimit-token-limit']].map(Number);
  if (left! < limit! * reservedShare) throw new PipedriveApiError(429, 'budget_reserve');
  if (!(Number(headers['x-ratelimit-remaining']) <= atOnce)) return;
  const resetS = Math.min(secondsIn(headers['x-ratelimit-reset']) ?? 2, 2);
  await wait(resetS * 1_000);
}
