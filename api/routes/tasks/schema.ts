import { z } from 'zod';
import { moment } from '../../schemas.ts';

export const taskSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string().nullable(),
    cause: z.string(),
    subject: z.string().meta({ description: 'The id of what it is about.' }),
    sentence: z.string(),
    repeats: z.number(),
    openedAt: moment,
    completedAt: moment.nullable(),
    completedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Task' });
