import { z } from 'zod';
import type { MappingSet } from '../../../domain/mapping.ts';
import { route } from '../../route.ts';
import { describeDraft, draftSchema, mappingContentSchema, revisionSchema } from './schema.ts';

export const saveDraft = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/draft',
  permission: 'mapping.write',
  summary: 'Save the draft of a mapping; it may be unfinished, and the answer says what keeps it from being published',
  body: z.strictObject({
    revision: revisionSchema.nullable().meta({
      description: 'Of the draft that this one takes the place of; null where there is none. 409 when somebody else saved since.',
    }),
    mapping: mappingContentSchema,
  }),
  answer: draftSchema,
  refusals: [409],
  async handle({ deps, found: { connection, object }, body: { revision, mapping: content }, audit }) {
    const mapping = { ...content, object } as Omit<MappingSet, 'version'>;
    const draft = await deps.stores.mappingDrafts.save({ connectionId: connection.id, mapping, revision }, audit);
    return describeDraft(deps, connection, object, draft);
  },
});
