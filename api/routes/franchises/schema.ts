import { z } from 'zod';
import { moment } from '../../schemas.ts';

export const franchiseKeySchema = z
  .object({
    value: z.string(),
    companyId: z.string().nullable().meta({ description: 'Null once the key was taken away.' }),
    companyName: z.string().nullable(),
    changedBy: z.string(),
    changedAt: moment,
  })
  .meta({ id: 'FranchiseKey' });

export const changedKeySchema = z
  .object({
    value: z.string(),
    companyId: z.string().nullable(),
    before: z.string().nullable().meta({ description: 'The company that it named until now.' }),
  })
  .meta({ id: 'ChangedFranchiseKey' });
