import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { userSchema } from './schema.ts';

export const listUsers = route({
  method: 'get',
  path: '/companies/:companyId/users',
  permission: 'user.manage',
  summary: 'List a company’s people',
  query: z.strictObject(pageQuery),
  answer: pageOf(userSchema),
  handle: ({ deps, found, query }) => deps.stores.users.list({ companyId: found.company.id, ...pageInput(query) }),
});
