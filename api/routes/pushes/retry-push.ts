import { z } from 'zod';
import { retryPush } from '../../push-work.ts';
import { route } from '../../route.ts';
import { describePush, pushSchema } from './schema.ts';

export const retryOnePush = route({
  method: 'post',
  path: '/pushes/:pushId/retry',
  permission: 'record.write',
  summary: 'Try a change again; with `overwrite`, over what others changed since',
  body: z.strictObject({ overwrite: z.boolean().default(false) }),
  answer: pushSchema,
  refusals: [409],
  handle: async ({ deps, caller, found, body: { overwrite }, audit }) =>
    describePush(deps, caller, await retryPush(deps, found.push.id, { overwrites: overwrite }, audit)),
});
