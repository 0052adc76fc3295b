import { z } from 'zod';
import { route } from '../../route.ts';

export const revokeGrant = route({
  method: 'delete',
  path: '/grants/:grantId',
  permission: 'grant.manage',
  summary: 'Take a grant back, at once; repeating it is harmless',
  answer: z.object({ id: z.string(), revoked: z.literal(true) }),
  async handle({ deps, found, audit }) {
    await deps.stores.grants.revoke(found.grant.id, audit);
    return { id: found.grant.id, revoked: true as const };
  },
});
