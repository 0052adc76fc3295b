import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { queueStates } from '../../../db/app/stores/error-queue.ts';
import { moment } from '../../schemas.ts';

export const queueItemSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string(),
    kind: z.enum(['record', 'event', 'delivery', 'push']),
    cause: z.string().meta({ description: 'What failed, by its own id.' }),
    code: z.enum(failureCodes),
    sentence: z.string(),
    state: z.enum(queueStates),
    attempts: z.number(),
    deliveryId: z.string().nullable(),
    runId: z.string().nullable(),
    firstSeenAt: moment,
    lastSeenAt: moment,
    closedAt: moment.nullable(),
    closedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'QueueItem' });
