import { z } from 'zod';
import { mapFieldsUpdate } from '../../../workflows/messages.ts';
import { checkMappings, mappingInputSchema } from '../../mapping-input.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const mapFields = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/mapping',
  permission: 'connection.onboard',
  summary: 'Step 3: map fields and preview the coverage on a real sample',
  body: z.strictObject({
    mappings: z
      .array(mappingInputSchema)
      .max(20)
      .default([])
      .meta({ description: 'An object that is left out takes the provider’s own mapping.' }),
  }),
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const done = launched(deps, connection);
    if (done) return done;
    for (const mapping of checkMappings(connection.providerKey, body.mappings))
      await deps.stores.mappings.publish({ connectionId: connection.id, mapping }, audit);
    return tellOnboarding(deps, connection, mapFieldsUpdate, { by: caller.actor });
  },
});
