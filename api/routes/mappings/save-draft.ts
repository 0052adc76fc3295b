import { z } from 'zod';
import { route } from '../../route.ts';
import { asMapping, describeDraft, directionQuery, draftSchema, mappingContentSchema, revisionSchema } from './schema.ts';

export const saveDraft = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/draft',
  permission: 'mapping.write',
  summary: 'Save the draft of a mapping; it may be unfinished, and the answer says what keeps it from being published',
  query: directionQuery,
  body: z.strictObject({
    revision: revisionSchema.nullable().meta({
      description: 'Of the draft that this one takes the place of; null where there is none. 409 when somebody else saved since.',
    }),
    mapping: mappingContentSchema,
  }),
  answer: draftSchema,
  refusals: [409],
  async handle({ deps, found: { connection, object }, query: { direction }, body: { revision, mapping: content }, audit }) {
    const mapping = asMapping(object, direction, content);
    const draft = await deps.stores.mappingDrafts.save({ connectionId: connection.id, mapping, revision }, audit);
    return describeDraft(deps, connection, object, draft);
  },
});
