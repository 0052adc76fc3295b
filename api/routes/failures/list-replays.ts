import { z } from 'zod';
import { describe, replaySchema } from '../../replays.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';

export const listQueueReplays = route({
  method: 'get',
  path: '/connections/:connectionId/queue/replays',
  permission: 'failure.read',
  summary: 'Replays of failed work, newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(replaySchema),
  async handle({ deps, found: { connection }, query }) {
    const { items, nextCursor } = await deps.stores.replays.list({ connectionId: connection.id, ...pageInput(query) });
    return { items: items.map((replay) => describe(deps, replay)), nextCursor };
  },
});
