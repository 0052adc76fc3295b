import { z } from 'zod';
import { route } from '../../route.ts';
import { idSchema } from '../../schemas.ts';
import { verificationSchema, verify } from './verification.ts';

export const verifyPlatformAudit = route({
  method: 'get',
  path: '/audit/verification',
  permission: 'platform.manage',
  summary: 'The same of the platform’s own chain, or of any company’s, one that was erased included',
  query: z.strictObject({ companyId: idSchema('comp').optional() }),
  answer: verificationSchema,
  handle: ({ deps, query: { companyId = 'platform' } }) => verify(deps, companyId),
});
