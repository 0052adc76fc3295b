import { z } from 'zod';
import { queueStates } from '../../../db/app/stores/error-queue.ts';
import { route } from '../../route.ts';
import { idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const listQueue = route({
  method: 'get',
  path: '/companies/:companyId/queue',
  permission: 'failure.read',
  summary: 'Failed work that waits for a retry or a person',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), state: z.enum(queueStates).optional() }),
  answer: pageOf(queueItemSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.errorQueue.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((item) => describeQueueItem(deps, caller, item)), nextCursor };
  },
});
