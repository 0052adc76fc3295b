import { z } from 'zod';
import { mappingInputSchema } from '../../mapping-input.ts';
import { moment } from '../../schemas.ts';

export const mappingSchema = mappingInputSchema.extend({ version: z.number() }).meta({ id: 'MappingVersion' });

export const mappingRowSchema = z
  .object({
    object: z.string(),
    version: z.number(),
    state: z.enum(['draft', 'published']),
    publishedBy: z.string().nullable(),
    publishedAt: moment.nullable(),
    mapping: mappingSchema,
  })
  .meta({ id: 'MappingRow' });
