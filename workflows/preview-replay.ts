/** Tries failed work out: the rows of the preview say of each item what a replay would do. */
import type { CommandAnswer, PreviewReplayInput } from './messages.ts';
import { readFailure } from './failure.ts';
import { interactive } from './proxies.ts';

export async function previewReplay({ previewId }: PreviewReplayInput): Promise<CommandAnswer<{ tried: number }>> {
  try {
    return { verdict: 'accepted', ...(await interactive.previewReplay({ previewId })) };
  } catch (error) {
    const { code, sentence } = readFailure(error);
    return { verdict: 'refused', reason: sentence, code };
  }
}
