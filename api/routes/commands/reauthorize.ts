import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { checkCredentials } from '../../check-provider-input.ts';
import { giveNewCredentials } from '../../give-credentials.ts';
import { route } from '../../route.ts';
import { credentialsSchema, verdictSchema } from '../../schemas.ts';

export const reauthorize = route({
  method: 'post',
  path: '/connections/:connectionId/reauthorize',
  permission: 'connection.reauthorize',
  summary: 'Give new credentials; they come into force after a real call with them',
  body: z.strictObject({ credentials: credentialsSchema }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, body, audit }) =>
    giveNewCredentials(deps, connection, checkCredentials(getProvider(connection.providerKey), body.credentials), audit),
});
