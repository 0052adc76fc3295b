import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { reauthorizeUpdate } from '../../../workflows/messages.ts';
import { checkCredentials } from '../../check-provider-input.ts';
import { commandConnection } from '../../commands.ts';
import { ApiError } from '../../errors.ts';
import { route } from '../../route.ts';
import { credentialsSchema, verdictSchema } from '../../schemas.ts';

export const reauthorize = route({
  method: 'post',
  path: '/connections/:connectionId/reauthorize',
  permission: 'connection.reauthorize',
  summary: 'Give new credentials; they come into force after a real call with them',
  body: z.strictObject({ credentials: credentialsSchema }),
  answer: verdictSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const checked = checkCredentials(getProvider(connection.providerKey), body.credentials);
    const owner = { connectionId: connection.id, companyId: connection.companyId };
    const { tokenId } = await deps.stores.credentials.stage({ ...checked, ...owner }, audit);
    try {
      return await commandConnection(deps, connection, 'reauthorize', reauthorizeUpdate, { by: caller.actor, tokenId }, audit);
    } catch (error) {
      // Refused for certain: what was not taken is not kept. Without an answer it may still be taken.
      if (error instanceof ApiError && error.status === 409) await deps.stores.credentials.discard(tokenId);
      throw error;
    } finally {
      deps.webhookSecrets.forget(connection.id);
    }
  },
});
