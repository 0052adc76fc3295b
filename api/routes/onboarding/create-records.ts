import { createRecordsUpdate } from '../../../workflows/messages.ts';
import { tellOnboarding } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { launched, stepAnswerSchema } from './schema.ts';

export const createRecords = route({
  method: 'post',
  path: '/connections/:connectionId/onboarding/records',
  permission: 'connection.onboard',
  summary: 'Step 2: create the account’s records and put the credentials in force',
  command: true,
  answer: stepAnswerSchema,
  refusals: [409, 503, 504],
  handle: async ({ deps, found: { connection }, caller }) =>
    launched(deps, connection) ?? tellOnboarding(deps, connection, createRecordsUpdate, { by: caller.actor }),
});
