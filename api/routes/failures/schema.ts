import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { describeNext, mends, queueKinds, queueStates } from '../../../domain/failed-work.ts';
import type { QueueItem } from '../../../db/app/stores/error-queue.ts';
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
    kind: z.enum(queueKinds),
    cause: z.string().meta({ description: 'What failed, by its own id.' }),
    code: z.enum(failureCodes),
    sentence: z.string(),
    state: z.enum(queueStates),
    mend: z.enum(mends).meta({ description: 'What makes another attempt worth it; only `time` is tried again by itself.' }),
    attempts: z.number().meta({ description: 'Those that failed.' }),
    nextAttemptAt: moment.nullable().meta({ description: 'When it is tried again by itself; null when it waits.' }),
    next: z.string().meta({ description: 'What happens next, when, and what a person can do.' }),
    object: z.string().nullable().meta({ description: 'The canonical object, where one is known.' }),
    mappingVersion: z.number().nullable().meta({ description: 'The version of the mapping that it did not fit.' }),
    reason: z.string().nullable().meta({ description: 'Items with the same word failed alike.' }),
    eventId: z.string().nullable().meta({ description: 'The stored event: GET …/events/{eventId}/payload.' }),
    deliveryId: z.string().nullable(),
    runId: z.string().nullable(),
    firstSeenAt: moment,
    lastSeenAt: moment,
    closedAt: moment.nullable(),
    closedBy: z.string().nullable(),
    note: z.string().nullable(),
    workflow: workflowSchema.meta({
      description:
        'The message’s workflow, the one that tries failed work again, or the one that applies the connection’s events.',
    }),
  })
  .meta({ id: 'QueueItem' });

export const describeQueueItem = (deps: Deps, caller: Caller, item: QueueItem): z.input<typeof queueItemSchema> => ({
  ...item,
  sentence: forEyesOf(caller)(item.sentence),
  next: describeNext(item),
  eventId: item.rawEventId,
  note: item.note && forEyesOf(caller)(item.note),
  workflow: workflowOf(deps, item),
});

function workflowOf(deps: Deps, { deliveryId, connectionId, nextAttemptAt, kind }: QueueItem) {
  if (kind === 'push') return workflowLink(deps, workflowIds.pushes(connectionId));
  if (deliveryId) return workflowLink(deps, workflowIds.message(deliveryId));
  if (nextAttemptAt || kind === 'page') return workflowLink(deps, workflowIds.retries(connectionId));
  return drainLink(deps, connectionId);
}
