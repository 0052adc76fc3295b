import { z } from 'zod';
import { route } from '../../route.ts';
import { mappingRowSchema } from './schema.ts';

export const listMappings = route({
  method: 'get',
  path: '/connections/:connectionId/mappings',
  permission: 'mapping.read',
  summary: 'Every version of the connection’s mappings, newest first',
  answer: z.object({ items: z.array(mappingRowSchema) }),
  handle: async ({ deps, found }) => ({ items: await deps.stores.mappings.list(found.connection.id) }),
});
