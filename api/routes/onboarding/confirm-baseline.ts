import { z } from 'zod';
import { confirmBaselineUpdate } from '../../../workflows/messages.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { plainWords } from '../../schemas.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const confirmBaseline = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/baseline',
  permission: 'connection.onboard',
  summary: 'Step 5: write the client-safe baseline, its explanation and the client’s next action',
  body: z.strictObject({ nextAction: plainWords(200), explanation: plainWords(280) }),
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, body, caller }) =>
    launched(deps, connection) ?? tellOnboarding(deps, connection, confirmBaselineUpdate, { by: caller.actor, ...body }),
});
