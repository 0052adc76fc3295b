import { z } from 'zod';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const resolveQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/resolve',
  permission: 'failure.work',
  summary: 'Say that it was put right by hand',
  body: z.strictObject({ note: name(280) }),
  answer: queueItemSchema,
  refusals: [409],
  handle: async ({ deps, caller, found, body, audit }) =>
    describeQueueItem(deps, caller, await deps.stores.errorQueue.resolve(found.item.id, body.note, audit)),
});
