import { z } from 'zod';
import { route } from '../../route.ts';
import { idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { auditFilter, auditRowSchema } from './audit.ts';

export const listPlatformAudit = route({
  method: 'get',
  path: '/audit',
  permission: 'platform.manage',
  summary: 'The same for what concerns the platform and no company, or of any company, one that was erased included',
  query: z.strictObject({ ...pageQuery, ...auditFilter, companyId: idSchema('comp').optional() }),
  answer: pageOf(auditRowSchema),
  handle: ({ deps, query }) => deps.stores.audit.list({ companyId: null, ...pageInput(query) }),
});
