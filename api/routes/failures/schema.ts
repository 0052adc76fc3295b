import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { queueStates, type QueueItem } from '../../../db/app/stores/error-queue.ts';
import type { Deps } from '../../deps.ts';
import { drainLink, workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
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
    workflow: workflowSchema.meta({ description: 'The message’s workflow, or the one that applies the connection’s events.' }),
  })
  .meta({ id: 'QueueItem' });

export const describeQueueItem = (deps: Deps, caller: Caller, item: QueueItem): z.input<typeof queueItemSchema> => ({
  ...item,
  sentence: forEyesOf(caller)(item.sentence),
  note: item.note && forEyesOf(caller)(item.note),
  workflow: item.deliveryId ? workflowLink(deps, workflowIds.message(item.deliveryId)) : drainLink(deps, item.connectionId),
});
