import { testRunUpdate } from '../../../workflows/messages.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const testRun = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/test-run',
  permission: 'connection.onboard',
  summary: 'Step 4: run a test sync of every stream and answer what it created, updated, left, failed and ignored',
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, caller }) =>
    launched(deps, connection) ?? tellOnboarding(deps, connection, testRunUpdate, { by: caller.actor }),
});
