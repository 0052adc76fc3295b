import { z } from 'zod';
import { afterClosing } from '../../push-work.ts';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const resolveQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/resolve',
  permission: 'failure.work',
  summary: 'Say that it was put right by hand',
  body: z.strictObject({ note: name(280) }),
  answer: queueItemSchema,
  refusals: [409],
  async handle({ deps, caller, found, body, audit }) {
    const item = await deps.stores.errorQueue.resolve(found.item.id, body.note, audit);
    if (item.kind === 'push') await afterClosing(deps, { id: item.connectionId, companyId: item.companyId }, audit.actor);
    return describeQueueItem(deps, caller, item);
  },
});
