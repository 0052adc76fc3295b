import { progressOf, progressSchema } from '../../onboarding-progress.ts';
import { route } from '../../route.ts';

export const getProgress = route({
  method: 'get',
  path: '/connections/:connectionId/onboarding',
  permission: 'connection.read',
  summary: 'How far the onboarding is: the confirmed steps, by whom and when, and the next one',
  answer: progressSchema,
  refusals: [503, 504],
  handle: ({ deps, found }) => progressOf(deps, found.connection),
});
