/**
 * Applies a connection's stored events in the order of their arrival, in batches, until none is left. Woken by signal-with-start at
 * most once per window, whatever the traffic. While the connection is paused the events stay stored, and resuming wakes this again.
 */
import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import { eventsArrivedSignal, type DrainEventsInput } from './messages.ts';
import { draining } from './proxies.ts';

export async function drainEvents(input: DrainEventsInput): Promise<void> {
  let arrived = true;
  setHandler(eventsArrivedSignal, () => {
    arrived = true;
  });
  while (arrived) {
    arrived = false;
    const { left } = await draining.drainStoredEvents(input);
    arrived ||= left;
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof drainEvents>(input);
    }
  }
}
