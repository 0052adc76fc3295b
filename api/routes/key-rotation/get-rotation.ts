import { rotationProgressQuery } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { ask } from '../../temporal.ts';
import { describe, rotationLink, rotationSchema } from './schema.ts';

export const getRotation = route({
  method: 'get',
  path: '/key-rotation',
  permission: 'platform.keys',
  summary: 'How far the rotation of keys is, and which master keys are known',
  answer: rotationSchema,
  refusals: [503, 504],
  async handle({ deps }) {
    const link = rotationLink(deps);
    const progress = await ask(deps, link, ({ workflow }) => workflow.getHandle(link.id).query(rotationProgressQuery));
    return describe(deps, progress);
  },
});
