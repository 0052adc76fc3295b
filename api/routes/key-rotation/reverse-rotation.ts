import { reverseRotationUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { commandRotation } from './command-rotation.ts';

export const reverseRotation = route({
  method: 'post',
  path: '/key-rotation/reverse',
  permission: 'platform.keys',
  summary: 'Put the keys of before back in force; possible until the old key is retired',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, caller, audit }) => commandRotation(deps, 'keys.reverse', reverseRotationUpdate, caller.actor, audit),
});
