import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { callJson, type Call, type HubspotContext } from './client.ts';
import { HubspotApiError } from './errors.ts';

/** Policies that are over in a moment. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
const waitMsOf: Record<string, number> = { SECONDLY: 1_000, TEN_SECONDLY_ROLLING: 10_000 };
const waitMsMax = 10_000;
const waitsMax = 3;

/**
 * A call that only reads, however its method is named. Whoever reads a large account meets HubSpot's limits of a second and of ten again
 * and again: it waits here, because a failure would have the whole page read anew. The day's limit is the engine's matter.
 */
export async function readJson<T>(context: HubspotContext, call: Call, schema: z.ZodType<T>): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await callJson(context, call, schema);
    } catch (error) {
      const waitMs = waits < waitsMax ? briefWaitMs(error) : undefined;
      if (waitMs === undefined) throw error;
      await wait(waitMs, undefined, call.signal && { signal: call.signal }).catch(() => call.signal?.throwIfAborted());
    }
  }
}

function briefWaitMs(error: unknown): number | undefined {
  if (!(error instanceof HubspotApiError) || error.status !== 429 || error.code === null) return undefined;
  const waitMs = Object.hasOwn(waitMsOf, error.code) ? (error.retryAfterMs ?? waitMsOf[error.code]) : undefined;
  return waitMs !== undefined && waitMs <= waitMsMax ? waitMs : undefined;
}
