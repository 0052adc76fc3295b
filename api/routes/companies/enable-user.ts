import { route } from '../../route.ts';
import { userSchema } from './schema.ts';

export const enableUser = route({
  method: 'post',
  path: '/users/:userId/enable',
  permission: 'user.manage',
  summary: 'Let a disabled person in again, with the keys that they had',
  answer: userSchema,
  handle: ({ deps, found, audit }) => deps.stores.users.enable(found.user.id, audit),
});
