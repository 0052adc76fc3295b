/** When a workflow that goes on for long begins anew. */
import { patched, workflowInfo } from '@temporalio/workflow';

/**
 * The server suggests it at 4,096 events, which a busy connector reaches in an hour and every worker that takes it over reads again.
 * What a loop's last round adds stays below the 2,000 that we promise.
 */
const eventsMax = 1_500;

/** Call it first of all: what an older release began goes on by the server's word alone, until it begins anew. */
export function longHistory(): () => boolean {
  const isCounted = patched('history-counted');
  return () => {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || (isCounted && historyLength >= eventsMax);
  };
}
