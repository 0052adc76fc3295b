/** Fetches a few of the provider's records for a person who tries a mapping, and answers which stored events hold them. */
import type { CommandAnswer, FetchSampleInput } from './messages.ts';
import { readFailure } from './failure.ts';
import { interactive } from './proxies.ts';

export async function fetchSample({ connectionId, object }: FetchSampleInput): Promise<CommandAnswer<{ eventIds: string[] }>> {
  try {
    return { verdict: 'accepted', ...(await interactive.fetchSample({ connectionId, object })) };
  } catch (error) {
    const { code, sentence } = readFailure(error);
    return { verdict: 'refused', reason: sentence, code };
  }
}
