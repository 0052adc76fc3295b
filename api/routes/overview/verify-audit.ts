import { route } from '../../route.ts';
import { verificationSchema, verify } from './verification.ts';

export const verifyAudit = route({
  method: 'get',
  path: '/companies/:companyId/audit/verification',
  permission: 'audit.read',
  summary: 'Walks the company’s audit chain from its start: whether every entry is as it was written, and the first that is not',
  answer: verificationSchema,
  handle: ({ deps, found }) => verify(deps, found.company.id),
});
