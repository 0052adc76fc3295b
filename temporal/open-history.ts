import type { Payload } from '@temporalio/common';
import { isSealed } from './payload-codec.ts';

/** Few enough for one request to the decode endpoint. */
const batchMax = 50;

/**
 * Opens every sealed payload in a history, or in whatever else holds payloads, where it stands. For histories that are kept in the
 * open (the replay test's) and for looks from outside; a workflow is never given what comes out.
 */
export async function openHistory<History>(
  history: History,
  decode: (payloads: Payload[]) => Promise<Payload[]>,
): Promise<History> {
  const sealed = [...sealedIn(history)];
  for (let from = 0; from < sealed.length; from += batchMax) {
    const batch = sealed.slice(from, from + batchMax);
    const opened = await decode(batch);
    for (const [index, payload] of batch.entries()) {
      const { metadata, data } = opened[index]!;
      Object.assign(payload, { metadata, data });
    }
  }
  return history;
}

function* sealedIn(value: unknown): Generator<Payload> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if ('metadata' in value && isSealed(value as Payload)) yield value as Payload;
  else for (const inner of Object.values(value)) yield* sealedIn(inner);
}
