import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { userSchema } from './schema.ts';

export const listPlatformUsers = route({
  method: 'get',
  path: '/users',
  permission: 'platform.manage',
  summary: 'List the platform’s own people',
  query: z.strictObject(pageQuery),
  answer: pageOf(userSchema),
  handle: ({ deps, query }) => deps.stores.users.list({ companyId: null, ...pageInput(query) }),
});
