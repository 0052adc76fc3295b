import { launchUpdate } from '../../../workflows/messages.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const launch = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/launch',
  permission: 'connection.onboard',
  summary: 'Step 6: launch the connection; its Schedules run and its webhooks are applied from now on',
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, caller }) =>
    launched(deps, connection) ?? tellOnboarding(deps, connection, launchUpdate, { by: caller.actor }),
});
