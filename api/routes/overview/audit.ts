import { z } from 'zod';
import { moment } from '../../schemas.ts';

export const auditRowSchema = z
  .object({
    sequence: z.number(),
    at: moment,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    outcome: z.enum(['done', 'refused']),
    detail: z.record(z.string(), z.unknown()),
    from: z.string().nullable().meta({ description: 'The address that the request came from.' }),
    previousHash: z.string(),
    hash: z.string().meta({ description: 'Chains this entry to the one before.' }),
  })
  .meta({ id: 'AuditEntry' });
