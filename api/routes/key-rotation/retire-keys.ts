import { retireKeysUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { commandRotation } from './command-rotation.ts';

export const retireKeys = route({
  method: 'post',
  path: '/key-rotation/retire',
  permission: 'platform.keys',
  summary: 'Forget the old key, when nothing is sealed or wrapped with it any more; this cannot be undone',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, caller, audit }) => commandRotation(deps, 'keys.retire', retireKeysUpdate, caller.actor, audit),
});
