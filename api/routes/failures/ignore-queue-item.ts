import { z } from 'zod';
import { afterClosing } from '../../push-work.ts';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

export const ignoreQueueItem = route({
  method: 'post',
  path: '/queue/:itemId/ignore',
  permission: 'failure.work',
  summary: 'Say that it need not be done, and why',
  body: z.strictObject({ reason: name(280) }),
  answer: queueItemSchema,
  refusals: [409],
  async handle({ deps, caller, found, body, audit }) {
    const item = await deps.stores.errorQueue.ignore(found.item.id, body.reason, audit);
    if (item.kind === 'push') await afterClosing(deps, { id: item.connectionId, companyId: item.companyId }, audit.actor);
    return describeQueueItem(deps, caller, item);
  },
});
