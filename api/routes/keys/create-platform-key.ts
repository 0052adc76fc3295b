import { z } from 'zod';
import { roles } from '../../../domain/permissions.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema, name } from '../../schemas.ts';
import { keyEnd, newKeySchema } from './schema.ts';

export const createPlatformKey = route({
  method: 'post',
  path: '/api-keys',
  permission: 'platform.manage',
  summary: 'Create a key of the platform, which reaches every company; the key is shown once',
  body: z.strictObject({
    label: name(),
    role: z.enum(roles).exclude(['client']),
    userId: idSchema('user').nullable().default(null).meta({ description: 'Whose key it is: disabling them stops it.' }),
    expiresAt: keyEnd,
  }),
  status: 201,
  answer: newKeySchema,
  idempotent: true,
  async handle({ deps, body, audit }) {
    if (body.userId && (await deps.stores.users.find(body.userId))?.companyId !== null) throw notFound('user', 'userId');
    return deps.stores.apiKeys.create({ companyId: null, ...body }, audit);
  },
});
