import { requireConnected, wakeRetries } from '../../retry-now.ts';
import { route } from '../../route.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const reopenQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/reopen',
  permission: 'failure.work',
  summary: 'Undo that a person resolved or ignored it: it goes on as far up the ladder as it was',
  answer: queueItemSchema,
  refusals: [409],
  async handle({ deps, caller, found, audit }) {
    const connection = await deps.stores.connections.get(found.item.connectionId);
    requireConnected(connection);
    const item = await deps.stores.errorQueue.reopen(found.item.id, audit);
    if (item.nextAttemptAt) await wakeRetries(deps, connection);
    return describeQueueItem(deps, caller, item);
  },
});
