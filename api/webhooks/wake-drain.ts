import type { Client } from '@temporalio/client';
import { drainStart } from '../../domain/workflow-ids.ts';
import { eventsArrivedSignal } from '../../workflows/messages.ts';
import type { WakeTarget } from './wake.ts';

const wakeWithinMs = 10_000;

/** Starts the workflow that drains a connection's stored events, or tells the running one that more have come. */
export async function wakeDrain(temporal: Client, target: WakeTarget): Promise<void> {
  await temporal.withDeadline(Date.now() + wakeWithinMs, () =>
    temporal.workflow.signalWithStart('drainEvents', {
      ...drainStart(target),
      signal: eventsArrivedSignal,
      signalArgs: [],
    }),
  );
}
