import { route } from '../../route.ts';
import { describeNotices, noticesSchema } from './schema.ts';

export const getNotices = route({
  method: 'get',
  path: '/users/:userId/notices',
  permission: 'user.manage',
  summary: 'How a person is told about incidents: channels in order, and quiet hours',
  answer: noticesSchema,
  handle: async ({ deps, found }) => describeNotices(await deps.stores.noticeSettings.show(found.user.id)),
});
