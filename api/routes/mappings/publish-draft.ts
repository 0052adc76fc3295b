import { z } from 'zod';
import { mappingName } from '../../../domain/mapping.ts';
import { invalid } from '../../errors.ts';
import { draftIssues } from '../../mapping-input.ts';
import { mendsOf } from '../../mends.ts';
import { route } from '../../route.ts';
import { directionQuery, publishedSchema, revisionSchema } from './schema.ts';

export const publishDraft = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/draft/publish',
  permission: 'mapping.write',
  summary: 'Publish the draft as the next version; one that is not sound is refused, naming each fault',
  query: directionQuery,
  body: z.strictObject({ revision: revisionSchema }),
  answer: publishedSchema,
  refusals: [409],
  async handle({ deps, found: { connection, object }, query: { direction }, body: { revision }, audit }) {
    const ref = { connectionId: connection.id, object: mappingName({ object, direction }) };
    const draft = await deps.stores.mappingDrafts.find(ref);
    if (draft?.revision === revision) {
      const issues = await draftIssues(deps, connection, draft.mapping);
      if (issues.length > 0) throw invalid(issues.map(({ path, message }) => ({ path: `mapping.${path}`, message })));
    }
    const published = await deps.stores.mappingDrafts.publish({ ...ref, revision }, audit);
    return { ...published, mends: await mendsOf(deps, connection, published) };
  },
});
