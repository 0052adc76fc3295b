import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { moment } from '../../schemas.ts';

export const heldValueSchema = z
  .object({
    id: z.string(),
    metricKey: z.enum(metricKeys),
    value: z.string(),
    currency: z.string().nullable(),
    sentence: z.string().meta({ description: 'Why the value is not believed.' }),
    at: moment,
    review: z.enum(['waiting', 'rejected']),
  })
  .meta({ id: 'HeldValue' });
