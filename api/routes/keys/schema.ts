import { z } from 'zod';
import { roles } from '../../../domain/permissions.ts';
import { laterMoment, moment } from '../../schemas.ts';

export const keySchema = z
  .object({
    id: z.string(),
    userId: z.string().nullable(),
    label: z.string(),
    role: z.enum(roles),
    prefix: z.string().meta({ description: 'The key’s beginning, by which its holder recognises it.' }),
    createdAt: moment,
    expiresAt: moment.nullable(),
    lastUsedAt: moment.nullable().meta({ description: 'To the minute.' }),
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'ApiKey' });

export const newKeySchema = z
  .object({
    id: z.string(),
    key: z.string().meta({ description: 'Shown here and never again.' }),
  })
  .meta({ id: 'NewApiKey' });

export const keyEnd = laterMoment.nullable().default(null).meta({ description: 'Not taken from then on; null for no end.' });
