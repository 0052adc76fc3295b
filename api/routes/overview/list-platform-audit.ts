import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { auditRowSchema } from './audit.ts';

export const listPlatformAudit = route({
  method: 'get',
  path: '/audit',
  permission: 'platform.manage',
  summary: 'The same for what concerns the platform and no company',
  query: z.strictObject(pageQuery),
  answer: pageOf(auditRowSchema),
  handle: ({ deps, query }) => deps.stores.audit.list({ companyId: null, ...pageInput(query) }),
});
