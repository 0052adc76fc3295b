import { z } from 'zod';
import { exportAudit, exportLineSchema, exportQuery } from '../../audit-export.ts';
import { route } from '../../route.ts';

export const exportPlatformAudit = route({
  method: 'get',
  path: '/audit/export',
  permission: 'platform.manage',
  summary: 'The same of the platform’s own chain, or of any company’s, one that was erased included',
  query: z.strictObject({ ...exportQuery, companyId: exportQuery.companyId.optional() }),
  answer: exportLineSchema,
  lines: true,
  handle: ({ deps, query: { companyId = null, ...period }, audit }) => exportAudit(deps, { companyId, ...period }, audit),
});
