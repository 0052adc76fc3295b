import { route } from '../../route.ts';
import { checkMembers, describeRoster, rosterBody, rosterSchema } from './schema.ts';

export const savePlatformDuty = route({
  method: 'post',
  path: '/duty',
  permission: 'platform.manage',
  summary: 'Replace the platform’s duty roster; rungs that tell `platform_duty` follow it from now on',
  body: rosterBody,
  answer: rosterSchema,
  async handle({ deps, body, audit }) {
    await checkMembers(deps, null, body.members);
    await deps.stores.duty.save(null, body.members, audit);
    return describeRoster(deps, null);
  },
});
