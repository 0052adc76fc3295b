import { z } from 'zod';
import { route } from '../../route.ts';
import { flag, idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { filterFields } from './filter.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const listQueue = route({
  method: 'get',
  path: '/companies/:companyId/queue',
  permission: 'failure.read',
  summary: 'Failed work that waits for a retry or a person',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), open: flag.optional(), ...filterFields }),
  answer: pageOf(queueItemSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.errorQueue.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((item) => describeQueueItem(deps, caller, item)), nextCursor };
  },
});
