import type { Client } from '@temporalio/client';
import protocol from '@temporalio/proto';
import { taskQueues } from '../../domain/workflow-ids.ts';

const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = protocol.temporal.api.enums.v1.TaskQueueType;
/** Each needs somebody who asks for it. */
const kinds = [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY];
/** A poll lasts a minute at most, and the next follows at once. */
const pollWithinMs = 180_000;
const answerWithinMs = 5_000;

/** The task queues that nobody has asked for work for a while. Throws when Temporal does not answer in time. */
export async function unservedQueues(
  client: Pick<Client, 'connection' | 'workflowService' | 'options'>,
  queues: string[] = Object.values(taskQueues),
): Promise<string[]> {
  const { namespace } = client.options;
  const isServed = async (queue: string) => {
    const answers = await Promise.all(
      kinds.map((taskQueueType) =>
        client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType }),
      ),
    );
    const since = Date.now() / 1_000 - pollWithinMs / 1_000;
    return answers.every(({ pollers }) => (pollers ?? []).some((poller) => Number(poller.lastAccessTime?.seconds ?? 0) > since));
  };
  return client.connection.withDeadline(Date.now() + answerWithinMs, async () => {
    const served = await Promise.all(queues.map(isServed));
    return queues.filter((_, index) => !served[index]);
  });
}
