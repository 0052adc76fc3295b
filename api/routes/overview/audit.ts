import { z } from 'zod';
import { moment } from '../../schemas.ts';

export const auditRowSchema = z
  .object({
    sequence: z.number(),
    at: moment,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    outcome: z
      .enum(['asked', 'done', 'refused'])
      .meta({ description: 'asked: given to a workflow, whose change has a row of its own.' }),
    detail: z.record(z.string(), z.unknown()),
    before: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What the changed fields were; secrets are left out.' }),
    after: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What they became.' }),
    from: z.string().nullable().meta({ description: 'The address that the request came from.' }),
    erased: z.boolean().meta({ description: 'Whether address, before and after were taken by an erasure.' }),
    previousHash: z.string(),
    hash: z.string().meta({ description: 'Chains this entry to the one before.' }),
  })
  .meta({ id: 'AuditEntry' });
