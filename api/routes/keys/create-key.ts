import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema, name } from '../../schemas.ts';
import { companyRoles } from '../companies/schema.ts';
import { newKeySchema } from './schema.ts';

export const createKey = route({
  method: 'post',
  path: '/companies/:companyId/api-keys',
  permission: 'key.manage',
  summary: 'Create an API key of a company; the key is shown once',
  body: z.strictObject({ label: name(), role: z.enum(companyRoles), userId: idSchema('user').nullable().default(null) }),
  status: 201,
  answer: newKeySchema,
  idempotent: true,
  async handle({ deps, found, body, audit }) {
    const companyId = found.company.id;
    if (body.userId && (await deps.stores.users.find(body.userId))?.companyId !== companyId) throw notFound('user', 'userId');
    return deps.stores.apiKeys.create({ companyId, ...body }, audit);
  },
});
