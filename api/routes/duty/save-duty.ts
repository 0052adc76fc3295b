import { route } from '../../route.ts';
import { checkMembers, describeRoster, rosterBody, rosterSchema } from './schema.ts';

export const saveDuty = route({
  method: 'post',
  path: '/companies/:companyId/duty',
  permission: 'duty.manage',
  summary: 'Replace a company’s duty roster; rungs that tell `duty` follow it from now on',
  body: rosterBody,
  answer: rosterSchema,
  async handle({ deps, found: { company }, body, audit }) {
    await checkMembers(deps, company.id, body.members);
    await deps.stores.duty.save(company.id, body.members, audit);
    return describeRoster(deps, company.id);
  },
});
