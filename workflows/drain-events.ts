/**
 * Applies a connection's stored events in the order of their arrival, in batches, until none is left. Woken by signal-with-start at
 * most once per window, whatever the traffic. While the connection is paused the events stay stored, and resuming wakes this again.
 */
import { allHandlersFinished, condition, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { longHistory } from './long-history.ts';
import { eventsArrivedSignal, type DrainEventsInput } from './messages.ts';
import { draining } from './proxies.ts';

export async function drainEvents(input: DrainEventsInput): Promise<void> {
  const isLong = longHistory();
  let arrived = true;
  let applied = 0;
  setHandler(eventsArrivedSignal, () => {
    arrived = true;
  });
  while (arrived) {
    arrived = false;
    const drained = await draining.drainStoredEvents(input);
    applied += drained.applied;
    arrived ||= drained.left;
    setCurrentDetails(`${applied} events applied${drained.held ? '; the rest waits until the connection may take them' : ''}.`);
    if (isLong()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof drainEvents>(input);
    }
  }
}
