import { route } from '../../route.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const getQueueItem = route({
  method: 'get',
  path: '/queue/:itemId',
  permission: 'failure.read',
  summary: 'One failed piece of work',
  answer: queueItemSchema,
  handle: async ({ deps, caller, found }) => describeQueueItem(deps, caller, found.item),
});
