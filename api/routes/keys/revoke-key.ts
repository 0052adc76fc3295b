import { z } from 'zod';
import { route } from '../../route.ts';

export const revokeKey = route({
  method: 'delete',
  path: '/api-keys/:keyId',
  permission: 'key.manage',
  summary: 'Revoke an API key; repeating it is harmless',
  answer: z.object({ id: z.string(), revoked: z.literal(true) }),
  async handle({ deps, found, audit }) {
    await deps.stores.apiKeys.revoke(found.key.id, audit);
    return { id: found.key.id, revoked: true as const };
  },
});
