import { z } from 'zod';
import { mayGive } from '../../../domain/permissions.ts';
import { invalid, notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema, name } from '../../schemas.ts';
import { checkGiven } from '../companies/give-role.ts';
import { companyRoles } from '../companies/schema.ts';
import { keyEnd, newKeySchema } from './schema.ts';

export const createKey = route({
  method: 'post',
  path: '/companies/:companyId/api-keys',
  permission: 'key.manage',
  summary: 'Create an API key of a company; the key is shown once',
  body: z.strictObject({
    label: name(),
    role: z.enum(companyRoles),
    userId: idSchema('user').nullable().default(null).meta({ description: 'Whose key it is: disabling them stops it.' }),
    expiresAt: keyEnd,
  }),
  status: 201,
  answer: newKeySchema,
  idempotent: true,
  async handle({ deps, found, body, caller, audit }) {
    const companyId = found.company.id;
    checkGiven(caller.role, body.role);
    const person = body.userId && (await deps.stores.users.find(body.userId));
    if (body.userId && (!person || person.companyId !== companyId)) throw notFound('user', 'userId');
    if (person && !mayGive(person.role, body.role))
      throw invalid([{ path: 'role', message: `Is above the person’s own role, "${person.role}".` }]);
    return deps.stores.apiKeys.create({ companyId, ...body }, audit);
  },
});
