import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { auditFilter, auditRowSchema } from './audit.ts';

export const listAudit = route({
  method: 'get',
  path: '/companies/:companyId/audit',
  permission: 'audit.read',
  summary: 'Who did, or was refused, what and when; newest first',
  query: z.strictObject({ ...pageQuery, ...auditFilter }),
  answer: pageOf(auditRowSchema),
  handle: ({ deps, found, query }) => deps.stores.audit.list({ companyId: found.company.id, ...pageInput(query) }),
});
