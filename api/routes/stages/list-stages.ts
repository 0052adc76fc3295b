import { z } from 'zod';
import { route } from '../../route.ts';
import { stageSchema } from './schema.ts';

export const listStages = route({
  method: 'get',
  path: '/connections/:connectionId/stages',
  permission: 'mapping.read',
  summary: 'The stages of the provider’s pipelines, and what each counts as',
  answer: z.object({ items: z.array(stageSchema) }),
  handle: async ({ deps, found }) => ({ items: await deps.stores.pipelineStages.list(found.connection.id) }),
});
