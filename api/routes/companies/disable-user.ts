import { route } from '../../route.ts';
import { userSchema } from './schema.ts';

export const disableUser = route({
  method: 'post',
  path: '/users/:userId/disable',
  permission: 'user.manage',
  summary: 'Take a person’s keys and tokens out of force, at once; repeating it is harmless',
  answer: userSchema,
  handle: ({ deps, found, audit }) => deps.stores.users.disable(found.user.id, audit),
});
