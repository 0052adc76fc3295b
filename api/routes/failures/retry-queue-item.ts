import { ApiError } from '../../errors.ts';
import { route } from '../../route.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const retryQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/retry',
  permission: 'failure.work',
  summary: 'Try it again: the stored event waits once more and is applied by the connection’s drain',
  command: true,
  answer: queueItemSchema,
  refusals: [409],
  async handle({ deps, caller, found: { item }, audit }) {
    const connection = await deps.stores.connections.get(item.connectionId);
    const { workflow } = describeQueueItem(deps, caller, item);
    if (item.rawEventId === null) throw new ApiError(409, 'refused', howElse[item.kind], { workflow });
    const requeued = await deps.traffic.events.requeue(connection.id, item.rawEventId);
    if (!requeued && item.state !== 'retrying')
      throw new ApiError(
        409,
        'refused',
        'The event can no longer be retried: it was applied, or its payload is past its retention. Resolve or ignore this item.',
        { workflow },
      );
    const retried = await deps.stores.errorQueue.retry(item.id, audit);
    deps.waker.wake({ connectionId: connection.id, companyId: connection.companyId, providerKey: connection.providerKey });
    return describeQueueItem(deps, caller, retried);
  },
});

/** What a person does about work that has no stored event to apply again. */
const howElse = {
  record: 'A record has no event to apply again: correct its cause, then sync now; resolve or ignore this item.',
  event: 'The event is not stored any more: resolve or ignore this item.',
  delivery: 'A message is decided at the message itself: see its id here.',
  push: 'The push is not stored any more: resolve or ignore this item.',
};
