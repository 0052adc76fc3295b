import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { checkGiven } from './give-role.ts';
import { companyRoles, personSchema, userSchema } from './schema.ts';

const { name, email, phone } = personSchema;

export const updateUser = route({
  method: 'patch',
  path: '/users/:userId',
  permission: 'user.manage',
  summary: 'Change a person; what is left out stays, and a lower role holds at once for their keys too',
  body: z.strictObject({ name, email, phone: phone.removeDefault(), role: z.enum(companyRoles) }).partial(),
  answer: userSchema,
  async handle({ deps, found: { user }, body, caller, audit }) {
    if (body.role && user.companyId === null)
      throw invalid([{ path: 'role', message: 'The platform’s own people have one role alone.' }]);
    if (body.role) checkGiven(caller.role, body.role);
    const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    return deps.stores.users.update(user.id, changes, audit);
  },
});
