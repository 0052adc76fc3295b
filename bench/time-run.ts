import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import type { Stack } from '../test/harness/stack.ts';
import type { SyncRunResult } from '../workflows/messages.ts';

interface Of {
  connectionId: string;
  companyId: string;
  providerKey: string;
}

/** A run of a job. It takes as long as its row says: from its opening to its end. */
export async function timeRun({ app, client }: Stack, of: Of, jobId: string, name: string) {
  const { connectionId, companyId, providerKey } = of;
  const result: SyncRunResult = await client.workflow.execute('syncRun', {
    workflowId: workflowIds.syncOnDemand(jobId, name),
    taskQueue: taskQueues.sync,
    args: [{ connectionId, companyId, providerKey, jobId, trigger: 'manual' }],
  });
  const { startedAt, finishedAt } = (await app.runs.find(result.runId!))!;
  return { ms: finishedAt!.getTime() - startedAt.getTime(), ...result };
}
