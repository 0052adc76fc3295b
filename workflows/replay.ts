/**
 * Tries again the failed work that a person chose, in pieces. The row holds place and counts, so it goes on wherever it stopped; this
 * history holds counts.
 */
import { ContinueAsNew, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { describeReplay, noReplayCounts, type ReplayCounts } from '../domain/replay.ts';
import { readFailure } from './failure.ts';
import { longHistory } from './long-history.ts';
import { replayProgressQuery, type ReplayInput } from './messages.ts';
import { own, repairing } from './proxies.ts';

export async function replay(input: ReplayInput): Promise<ReplayCounts> {
  const isLong = longHistory();
  const { replayId } = input;
  let counts = noReplayCounts;
  setHandler(replayProgressQuery, () => counts);
  try {
    for (let done = false; !done;) {
      const looked = await repairing.replayItems({ replayId });
      ({ done, counts } = looked);
      setCurrentDetails(describeReplay(counts, looked.items));
      if (!done && isLong()) await continueAsNew<typeof replay>(input);
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const { code, sentence } = readFailure(error);
    await own.closeReplay({ replayId, outcome: 'failed', sentence });
    setCurrentDetails(`Ended: ${code}. ${sentence}`);
    return counts;
  }
  await own.closeReplay({ replayId, outcome: 'succeeded' });
  return counts;
}
