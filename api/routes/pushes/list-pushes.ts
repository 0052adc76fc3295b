import { z } from 'zod';
import { pushStates } from '../../../domain/push.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describePush, pushSchema } from './schema.ts';

export const listPushes = route({
  method: 'get',
  path: '/connections/:connectionId/pushes',
  permission: 'record.read',
  summary: 'What people asked to have written at the provider, newest first',
  query: z.strictObject({ ...pageQuery, state: z.enum(pushStates).optional() }),
  answer: pageOf(pushSchema),
  async handle({ deps, caller, found, query: { state, ...page } }) {
    const { items, nextCursor } = await deps.stores.pushes.list({ connectionId: found.connection.id, state, ...pageInput(page) });
    return { items: items.map((push) => describePush(deps, caller, push)), nextCursor };
  },
});
