import { z } from 'zod';
import { route } from '../../route.ts';
import { companyRoles, personSchema, userSchema } from './schema.ts';

export const createUser = route({
  method: 'post',
  path: '/companies/:companyId/users',
  permission: 'user.manage',
  summary: 'Add a person to a company',
  body: z.strictObject({ ...personSchema, role: z.enum(companyRoles) }),
  status: 201,
  answer: userSchema,
  idempotent: true,
  handle: ({ deps, found, body, audit }) => deps.stores.users.create({ companyId: found.company.id, ...body }, audit),
});
