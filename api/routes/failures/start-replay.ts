import { z } from 'zod';
import { describe, replaySchema, requireTaking, startReplay } from '../../replays.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema } from '../../schemas.ts';
import { filterSchema } from './filter.ts';

export const startQueueReplay = route({
  method: 'post',
  path: '/connections/:connectionId/queue/replays',
  permission: 'failure.work',
  summary: 'Try many items again: all that a filter finds, or exactly the rows of a preview; two askings of one preview are one',
  body: z.union([
    z.strictObject({ filter: filterSchema }),
    z.strictObject({
      previewId: idSchema('rpv').meta({ description: 'What is no longer as it was shown is left, and said so.' }),
    }),
  ]),
  status: 202,
  answer: replaySchema,
  idempotent: true,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, audit }) {
    requireTaking(connection);
    const { replays, replayPreviews } = deps.stores;
    if ('previewId' in body && (await replayPreviews.find(body.previewId))?.connectionId !== connection.id)
      throw notFound('preview', 'previewId');
    const asked = 'previewId' in body ? { previewId: body.previewId } : { connectionId: connection.id, filter: body.filter };
    const replay = await replays.ask(asked, audit);
    await startReplay(deps, connection, replay);
    return describe(deps, replay);
  },
});
