/**
 * Writes at the provider what people asked for: each record's pushes in order, other records beside it. Woken by signal-with-start;
 * sleeps while the provider is away, and ends when nothing goes out by itself any more. The rows hold what; this history holds counts.
 */
import { allHandlersFinished, condition, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { longHistory } from './long-history.ts';
import { pushesWaitSignal, type PushRecordsInput } from './messages.ts';
import { pushing } from './proxies.ts';

export async function pushRecords(input: PushRecordsInput): Promise<void> {
  const isLong = longHistory();
  let asked = true;
  let done = 0;
  setHandler(pushesWaitSignal, () => {
    asked = true;
  });
  while (asked) {
    asked = false;
    const round = await pushing.sendPushes(input);
    done += round.done;
    setCurrentDetails(
      `${done} pushes done; ${round.nextInMs === null ? 'no other goes out by itself' : 'sleeps until the next'}.`,
    );
    if (isLong()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof pushRecords>(input);
    }
    if (!asked && round.nextInMs !== null) {
      await condition(() => asked, round.nextInMs);
      asked = true;
    }
  }
}
