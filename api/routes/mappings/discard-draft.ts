import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';

export const discardDraft = route({
  method: 'delete',
  path: '/connections/:connectionId/mappings/:objectKey/draft',
  permission: 'mapping.write',
  summary: 'Discard the draft of a mapping',
  answer: z.object({ object: z.string(), discarded: z.literal(true) }),
  async handle({ deps, found: { connection, object }, audit }) {
    if (!(await deps.stores.mappingDrafts.discard({ connectionId: connection.id, object }, audit))) throw notFound('draft');
    return { object, discarded: true as const };
  },
});
