import { z } from 'zod';
import { route } from '../../route.ts';
import { personSchema, userSchema } from './schema.ts';

export const createPlatformUser = route({
  method: 'post',
  path: '/users',
  permission: 'platform.manage',
  summary: 'Add a person to the platform’s own people, who are the last rung of every escalation',
  body: z.strictObject({ ...personSchema, role: z.literal('platform_admin').default('platform_admin') }),
  status: 201,
  answer: userSchema,
  idempotent: true,
  handle: ({ deps, body, audit }) => deps.stores.users.create({ companyId: null, ...body }, audit),
});
