import type { Client } from '@temporalio/client';
import { pushesStart } from '../domain/workflow-ids.ts';
import { pushesWaitSignal } from '../workflows/messages.ts';
import type { WakeTarget } from './webhooks/wake.ts';

const wakeWithinMs = 10_000;

/** Starts the workflow that writes a connection's pushes, or tells the running one that there is another. */
export async function wakePushes(temporal: Client, target: WakeTarget): Promise<void> {
  await temporal.withDeadline(Date.now() + wakeWithinMs, () =>
    temporal.workflow.signalWithStart('pushRecords', { ...pushesStart(target), signal: pushesWaitSignal, signalArgs: [] }),
  );
}
