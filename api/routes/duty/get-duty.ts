import { route } from '../../route.ts';
import { describeRoster, rosterSchema } from './schema.ts';

export const getDuty = route({
  method: 'get',
  path: '/companies/:companyId/duty',
  permission: 'duty.read',
  summary: 'A company’s duty roster, and who is on duty now',
  answer: rosterSchema,
  handle: ({ deps, found }) => describeRoster(deps, found.company.id),
});
