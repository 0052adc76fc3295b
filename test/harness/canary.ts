/**
 * Looks for values that no history may keep: phone numbers, message bodies, credentials. Every workflow of the namespace, every
 * event and memo: as Temporal stores them, and again with every payload opened.
 */
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { openHistory } from '../../temporal/open-history.ts';

/** Where each canary was found: `<workflow id> <event type>`; empty when all is well. */
export async function findInHistories(client: Client, codec: PayloadCodec, canaries: Iterable<string>): Promise<string[]> {
  const wanted = [...canaries];
  const found: string[] = [];
  for await (const { workflowId, runId, raw } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of [...(history.events ?? []), { eventType: 'memo', memo: raw.memo }]) {
      const stored = textOf(event);
      const opened = textOf(await openHistory(event, codec.decode));
      for (const canary of wanted)
        if (stored.includes(canary) || opened.includes(canary)) found.push(`${workflowId} ${event.eventType}`);
    }
  }
  return found;
}

/** Everything below `value` as one text; bytes are read as UTF-8, which is what payloads hold. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${textOf(inner)}`)
    .join('\n');
}
