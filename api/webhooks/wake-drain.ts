import type { Client } from '@temporalio/client';
import { attributesOf, taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { eventsArrivedSignal, type DrainEventsInput } from '../../workflows/messages.ts';
import type { WakeTarget } from './wake.ts';

const wakeWithinMs = 10_000;

/** Starts the workflow that drains a connection's stored events, or tells the running one that more have come. */
export async function wakeDrain(temporal: Client, target: WakeTarget): Promise<void> {
  const { connectionId, companyId, providerKey } = target;
  const input: DrainEventsInput = { connectionId, companyId, providerKey };
  await temporal.withDeadline(Date.now() + wakeWithinMs, () =>
    temporal.workflow.signalWithStart('drainEvents', {
      workflowId: workflowIds.events(connectionId),
      taskQueue: taskQueues.events,
      staticSummary: `Stored events of ${connectionId}`,
      typedSearchAttributes: attributesOf(target),
      signal: eventsArrivedSignal,
      signalArgs: [],
      args: [input],
    }),
  );
}
