import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { mends, queueKinds, queueStates } from '../../../domain/failed-work.ts';
import type { QueueFilter } from '../../../db/app/stores/error-queue.ts';
import { idSchema } from '../../schemas.ts';

const time = z.iso.datetime({ offset: true });

/** What items of the error queue are picked by; the same in a query and in a body. */
export const filterFields = {
  code: z.enum(failureCodes).optional(),
  kind: z.enum(queueKinds).optional(),
  state: z.enum(queueStates).optional(),
  mend: z.enum(mends).optional(),
  object: z.string().max(64).optional(),
  mappingVersion: z.coerce.number().int().min(1).optional().meta({ description: 'Of the mapping that they did not fit.' }),
  reason: z
    .string()
    .regex(/^[0-9a-f]{12}$/, 'Must be the `reason` of an item.')
    .optional()
    .meta({ description: 'All that failed alike: the `reason` of one of them.' }),
  cause: z.string().min(1).max(1_000).optional().meta({ description: 'What failed, by its own id.' }),
  firstSeenFrom: time.optional(),
  firstSeenBefore: time.optional(),
};

export const filterSchema = z
  .strictObject({ ...filterFields, itemIds: z.array(idSchema('item')).min(1).max(500).optional() })
  .meta({
    id: 'QueueFilter',
    description: 'Open items that have all of this; an empty filter finds all.',
  }) satisfies z.ZodType<QueueFilter>;
