import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { confirmAccessUpdate } from '../../../workflows/messages.ts';
import { checkCredentials } from '../../check-provider-input.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { credentialsSchema } from '../../schemas.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const confirmAccess = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/access',
  permission: 'connection.onboard',
  summary: 'Step 1: give the credentials and confirm the access with a real call to the provider',
  body: z.strictObject({ credentials: credentialsSchema.optional().meta({ description: 'Left out: those given before.' }) }),
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const done = launched(deps, connection);
    if (done) return done;
    // Staged before the workflow hears of it: no credential ever enters a history.
    const staged = body.credentials && {
      ...checkCredentials(getProvider(connection.providerKey), body.credentials),
      connectionId: connection.id,
      companyId: connection.companyId,
    };
    const token = staged && (await deps.stores.credentials.stage(staged, audit));
    deps.webhookSecrets.forget(connection.id);
    const answer = await tellOnboarding(deps, connection, confirmAccessUpdate, { by: caller.actor });
    // The step had been confirmed with other credentials: these were never tried and must not be taken by the next step.
    if (token && answer.verdict === 'already') await deps.stores.credentials.discard(token.tokenId);
    return answer;
  },
});
