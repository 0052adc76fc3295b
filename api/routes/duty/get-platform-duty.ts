import { route } from '../../route.ts';
import { describeRoster, rosterSchema } from './schema.ts';

export const getPlatformDuty = route({
  method: 'get',
  path: '/duty',
  permission: 'platform.manage',
  summary: 'The platform’s duty roster, and who is on duty now',
  answer: rosterSchema,
  handle: ({ deps }) => describeRoster(deps, null),
});
