import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { grantSchema } from './schema.ts';

export const listGrants = route({
  method: 'get',
  path: '/companies/:companyId/grants',
  permission: 'grant.manage',
  summary: 'Who was given what no role has, by whom, why and until when',
  query: z.strictObject(pageQuery),
  answer: pageOf(grantSchema),
  handle: ({ deps, found, query }) => deps.stores.grants.list({ companyId: found.company.id, ...pageInput(query) }),
});
