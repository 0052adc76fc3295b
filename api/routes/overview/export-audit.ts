import { z } from 'zod';
import { exportAudit, exportLineSchema, exportQuery } from '../../audit-export.ts';
import { route } from '../../route.ts';

export const exportCompanyAudit = route({
  method: 'get',
  path: '/companies/:companyId/audit/export',
  permission: 'audit.export',
  summary: 'The audit log of a period, oldest first, a line of JSON each, with the hashes that prove it; itself audited',
  query: z.strictObject({ from: exportQuery.from, to: exportQuery.to }),
  answer: exportLineSchema,
  lines: true,
  handle: ({ deps, found, query, audit }) => exportAudit(deps, { companyId: found.company.id, ...query }, audit),
});
