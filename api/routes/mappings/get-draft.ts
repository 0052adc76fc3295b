import { mappingName } from '../../../domain/mapping.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { describeDraft, directionQuery, draftSchema } from './schema.ts';

export const getDraft = route({
  method: 'get',
  path: '/connections/:connectionId/mappings/:objectKey/draft',
  permission: 'mapping.read',
  summary: 'The draft of a mapping, and what keeps it from being published',
  query: directionQuery,
  answer: draftSchema,
  async handle({ deps, found: { connection, object }, query: { direction } }) {
    const draft = await deps.stores.mappingDrafts.find({
      connectionId: connection.id,
      object: mappingName({ object, direction }),
    });
    if (!draft) throw notFound('draft');
    return describeDraft(deps, connection, object, draft);
  },
});
