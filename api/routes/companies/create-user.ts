import { z } from 'zod';
import { route } from '../../route.ts';
import { checkGiven } from './give-role.ts';
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
  async handle({ deps, found, body, caller, audit }) {
    checkGiven(caller.role, body.role);
    return deps.stores.users.create({ companyId: found.company.id, ...body }, audit);
  },
});
