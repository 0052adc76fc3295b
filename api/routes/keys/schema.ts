import { z } from 'zod';
import { roles } from '../../../domain/permissions.ts';
import { moment } from '../../schemas.ts';

export const keySchema = z
  .object({
    id: z.string(),
    label: z.string(),
    role: z.enum(roles),
    prefix: z.string().meta({ description: 'The key’s beginning, by which its holder recognises it.' }),
    createdAt: moment,
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'ApiKey' });

export const newKeySchema = z
  .object({
    id: z.string(),
    key: z.string().meta({ description: 'Shown here and never again.' }),
  })
  .meta({ id: 'NewApiKey' });
