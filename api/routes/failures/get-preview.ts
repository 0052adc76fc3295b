import { describePreview, previewSchema } from '../../replay-previews.ts';
import { route } from '../../route.ts';

export const getQueuePreview = route({
  method: 'get',
  path: '/queue/previews/:previewId',
  permission: 'failure.read',
  summary: 'What a preview showed, without the values, and what became of each row once it was replayed',
  answer: previewSchema,
  handle: async ({ deps, found }) => describePreview(deps, found.preview),
});
