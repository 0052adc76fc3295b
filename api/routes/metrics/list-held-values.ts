import { z } from 'zod';
import { route } from '../../route.ts';
import { heldValueSchema } from './schema.ts';

export const listHeldValues = route({
  method: 'get',
  path: '/connections/:connectionId/held-values',
  permission: 'connection.read',
  summary: 'New values that are not plausible: the last good ones are shown until a person decides',
  answer: z.object({ items: z.array(heldValueSchema) }),
  handle: async ({ deps, found }) => ({ items: await deps.stores.heldValues.list(found.connection.id) }),
});
