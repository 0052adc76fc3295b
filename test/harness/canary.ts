/**
 * Looks for values that no history may keep: phone numbers, message bodies, credentials. Every workflow of the namespace, every
 * event, every payload decoded.
 */
import type { Client } from '@temporalio/client';

/** Where each canary was found: `<workflow id> <event type>`; empty when all is well. */
export async function findInHistories(client: Client, canaries: Iterable<string>): Promise<string[]> {
  const wanted = [...canaries];
  const found: string[] = [];
  for await (const { workflowId, runId, memo } of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of [...(history.events ?? []), { eventType: 'memo', memo }]) {
      const text = textOf(event);
      for (const canary of wanted) if (text.includes(canary)) found.push(`${workflowId} ${event.eventType}`);
    }
  }
  return found;
}

/** Everything below `value` as one text; bytes are read as UTF-8, which is what payloads hold. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${textOf(inner)}`)
    .join('\n');
}
