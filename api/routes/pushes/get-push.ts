import { route } from '../../route.ts';
import { describePush, pushSchema } from './schema.ts';

export const getPush = route({
  method: 'get',
  path: '/pushes/:pushId',
  permission: 'record.read',
  summary: 'One change that somebody asked to have written at the provider',
  answer: pushSchema,
  handle: async ({ deps, caller, found }) => describePush(deps, caller, found.push),
});
