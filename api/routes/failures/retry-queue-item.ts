import { kindsOfWork } from '../../../domain/failed-work.ts';
import { ApiError } from '../../errors.ts';
import { retryPush } from '../../push-work.ts';
import { retryNow } from '../../retry-now.ts';
import { route } from '../../route.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const retryQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/retry',
  permission: 'failure.work',
  summary: 'Try it again: a stored event is applied once more, a page is read on from; see the item’s `next`',
  command: true,
  answer: queueItemSchema,
  refusals: [409],
  async handle({ deps, caller, found: { item }, audit }) {
    const connection = await deps.stores.connections.get(item.connectionId);
    const { workflow } = describeQueueItem(deps, caller, item);
    if (item.kind === 'page') return describeQueueItem(deps, caller, await retryNow(deps, connection, item, audit));
    if (item.kind === 'push') {
      await retryPush(deps, item.cause, { overwrites: false }, audit);
      return describeQueueItem(deps, caller, (await deps.stores.errorQueue.find(item.id))!);
    }
    if (item.rawEventId === null) throw new ApiError(409, 'refused', kindsOfWork[item.kind].otherwise, { workflow });
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
