/**
 * Maps again, by the mapping in force, what is kept of a provider's raw records of one object. The row holds place and counts, so it goes
 * on wherever it stopped; this history holds counts.
 */
import { ContinueAsNew, continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { describeRemap, noCounts, type RemapCounts } from '../domain/remap.ts';
import { readFailure } from './failure.ts';
import { longHistory } from './long-history.ts';
import { remapProgressQuery, type RemapInput } from './messages.ts';
import { own, repairing } from './proxies.ts';

export async function remap(input: RemapInput): Promise<RemapCounts> {
  const isLong = longHistory();
  const { remapId } = input;
  let counts = noCounts;
  setHandler(remapProgressQuery, () => counts);
  try {
    for (let done = false; !done;) {
      ({ done, counts } = await repairing.remapEvents({ remapId }));
      setCurrentDetails(describeRemap(counts));
      if (!done && isLong()) await continueAsNew<typeof remap>(input);
    }
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const { code, sentence } = readFailure(error);
    await own.closeRemap({ remapId, outcome: 'failed', sentence });
    setCurrentDetails(`Ended: ${code}. ${sentence}`);
    return counts;
  }
  await own.closeRemap({ remapId, outcome: 'succeeded', sentence: describeRemap(counts) });
  return counts;
}
