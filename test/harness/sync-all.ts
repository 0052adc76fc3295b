import { expect } from '@jest/globals';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { syncNowUpdate } from '../../workflows/messages.ts';
import type { Engine } from './engine.ts';
import { until } from './until.ts';

/** All streams of a connection, until their runs have ended well. */
export async function syncAll({ app, client }: Engine, { connectionId }: { connectionId: string }): Promise<void> {
  const connector = client.workflow.getHandle(workflowIds.connector(connectionId));
  const answer = await connector.executeUpdate(syncNowUpdate, { args: [{ by: 'test' }] });
  if (answer.verdict !== 'accepted') throw new Error(`The sync was not accepted: ${JSON.stringify(answer)}`);
  for (const { runId } of answer.runs) {
    const run = await until(
      () => app.runs.find(runId),
      (found) => found?.outcome !== null,
    );
    expect(run).toMatchObject({ outcome: 'succeeded' });
  }
}
