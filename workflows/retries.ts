/**
 * Tries a connection's failed work again, each item when its ladder says so: sleeps until the earliest is due, and ends when none will
 * be. Woken by signal-with-start when something new will be due; the rows hold what and when.
 */
import { allHandlersFinished, condition, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { longHistory } from './long-history.ts';
import { retriesDueSignal, type RetriesInput } from './messages.ts';
import { draining } from './proxies.ts';

export async function retries(input: RetriesInput): Promise<void> {
  const isLong = longHistory();
  let due = true;
  let tried = 0;
  setHandler(retriesDueSignal, () => {
    due = true;
  });
  while (due) {
    due = false;
    const looked = await draining.retryDue(input);
    tried += looked.tried;
    due ||= looked.left;
    setCurrentDetails(
      `${tried} attempts at failed work; ${looked.nextInMs === null ? 'no other is due' : 'sleeps until the next'}.`,
    );
    if (isLong()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof retries>(input);
    }
    if (!due && looked.nextInMs !== null) {
      await condition(() => due, looked.nextInMs);
      due = true;
    }
  }
}
