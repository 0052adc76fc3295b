import { z } from 'zod';
import { queueStates } from '../../../db/app/stores/error-queue.ts';
import { route } from '../../route.ts';
import { idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { queueItemSchema } from './schema.ts';

export const listQueue = route({
  method: 'get',
  path: '/companies/:companyId/queue',
  permission: 'failure.read',
  summary: 'Failed work that waits for a retry or a person',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), state: z.enum(queueStates).optional() }),
  answer: pageOf(queueItemSchema),
  handle: ({ deps, found, query }) => deps.stores.errorQueue.list({ companyId: found.company.id, ...pageInput(query) }),
});
