import { z } from 'zod';
import { requireConnected, wakeRetries } from '../../retry-now.ts';
import { route } from '../../route.ts';

export const reopenQueueItems = route({
  method: 'post',
  path: '/connections/:connectionId/queue/reopen',
  permission: 'failure.work',
  summary: 'Undo one’s own closing of many items at once',
  body: z.strictObject({
    closedAt: z.iso
      .datetime()
      .transform((text) => new Date(text))
      .meta({ description: 'As `…/queue/resolve` or `…/queue/ignore` answered it.' }),
  }),
  answer: z
    .object({
      reopened: z.number(),
      kept: z.number().meta({ description: 'Stay closed: failed again since, or pushes, which were over with their items.' }),
    })
    .meta({ id: 'ReopenedItems' }),
  refusals: [409],
  async handle({ deps, found: { connection }, body: { closedAt }, audit }) {
    requireConnected(connection);
    const { id: connectionId, companyId } = connection;
    const answered = await deps.stores.errorQueue.reopenMany({ connectionId, companyId, closedAt }, audit);
    await wakeRetries(deps, connection);
    return answered;
  },
});
