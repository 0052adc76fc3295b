import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { keySchema } from './schema.ts';

export const listKeys = route({
  method: 'get',
  path: '/companies/:companyId/api-keys',
  permission: 'key.manage',
  summary: 'List a company’s API keys, without the keys themselves',
  query: z.strictObject(pageQuery),
  answer: pageOf(keySchema),
  handle: ({ deps, found, query }) => deps.stores.apiKeys.list({ companyId: found.company.id, ...pageInput(query) }),
});
