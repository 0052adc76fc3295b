import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { keySchema } from './schema.ts';

export const listPlatformKeys = route({
  method: 'get',
  path: '/api-keys',
  permission: 'platform.manage',
  summary: 'List the platform’s own API keys, without the keys themselves',
  query: z.strictObject(pageQuery),
  answer: pageOf(keySchema),
  handle: ({ deps, query }) => deps.stores.apiKeys.list({ companyId: null, ...pageInput(query) }),
});
