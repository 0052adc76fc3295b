import { z } from 'zod';
import { mappingName } from '../../../domain/mapping.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { directionQuery } from './schema.ts';

export const discardDraft = route({
  method: 'delete',
  path: '/connections/:connectionId/mappings/:objectKey/draft',
  permission: 'mapping.write',
  summary: 'Discard the draft of a mapping',
  query: directionQuery,
  answer: z.object({ object: z.string(), discarded: z.literal(true) }),
  async handle({ deps, found: { connection, object }, query: { direction }, audit }) {
    if (
      !(await deps.stores.mappingDrafts.discard(
        { connectionId: connection.id, object: mappingName({ object, direction }) },
        audit,
      ))
    )
      throw notFound('draft');
    return { object, discarded: true as const };
  },
});
