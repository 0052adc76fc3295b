import { z } from 'zod';
import { roles } from '../../../domain/permissions.ts';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { newKeySchema } from './schema.ts';

export const createPlatformKey = route({
  method: 'post',
  path: '/api-keys',
  permission: 'platform.manage',
  summary: 'Create a key of the platform, which reaches every company; the key is shown once',
  body: z.strictObject({ label: name(), role: z.enum(roles).exclude(['client']) }),
  status: 201,
  answer: newKeySchema,
  idempotent: true,
  handle: ({ deps, body, audit }) => deps.stores.apiKeys.create({ companyId: null, ...body }, audit),
});
