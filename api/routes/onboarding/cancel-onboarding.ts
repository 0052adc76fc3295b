import { z } from 'zod';
import { cancelOnboardingUpdate } from '../../../workflows/messages.ts';
import { ApiError } from '../../errors.ts';
import { leadingWorkflow } from '../../links.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { plainWords, verdictSchema } from '../../schemas.ts';

export const cancelOnboarding = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/cancel',
  permission: 'connection.onboard',
  summary: 'Cancel the onboarding and undo what it made, the connection included; its audit rows stay',
  body: z.strictObject({ reason: plainWords(200) }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller }) {
    if (connection.state !== 'onboarding')
      throw new ApiError(409, 'refused', 'The connection is launched: disconnect it instead.', {
        workflow: leadingWorkflow(deps, connection),
      });
    deps.webhookTargets.forget(connection.id);
    return tellOnboarding(deps, connection, cancelOnboardingUpdate, { by: caller.actor, reason: body.reason });
  },
});
