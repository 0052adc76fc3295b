import { describe, replaySchema } from '../../replays.ts';
import { route } from '../../route.ts';

export const getQueueReplay = route({
  method: 'get',
  path: '/queue/replays/:replayId',
  permission: 'failure.read',
  summary: 'A replay with its progress',
  answer: replaySchema,
  handle: async ({ deps, found }) => describe(deps, found.replay),
});
