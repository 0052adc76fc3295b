import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { checkCredentials } from '../../check-provider-input.ts';
import { giveAccess } from '../../give-credentials.ts';
import { route } from '../../route.ts';
import { credentialsSchema } from '../../schemas.ts';
import { stepAnswerSchema } from './schema.ts';

export const confirmAccess = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/access',
  permission: 'connection.onboard',
  summary: 'Step 1: give the credentials and confirm the access with a real call to the provider',
  body: z.strictObject({ credentials: credentialsSchema.optional().meta({ description: 'Left out: those given before.' }) }),
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, body, audit }) =>
    giveAccess(
      deps,
      connection,
      body.credentials && checkCredentials(getProvider(connection.providerKey), body.credentials),
      audit,
    ),
});
