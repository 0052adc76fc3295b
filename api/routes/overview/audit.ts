import { z } from 'zod';
import { auditActions, auditThings } from '../../../domain/audit-actions.ts';
import { idSchema, moment } from '../../schemas.ts';

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

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Who, what, how it ended, on which connection, and when. */
export const auditFilter = {
  actor: z.string().min(1).max(64).optional().meta({ description: 'The id of a person or a key, or `engine`.' }),
  action: z
    .enum([...auditThings, ...auditActions], 'Must be an action, such as connection.pause, or what it is done to: connection.')
    .meta({ id: 'AuditedAction' })
    .optional(),
  outcome: z.enum(['asked', 'done', 'refused']).optional(),
  connectionId: idSchema('conn').optional(),
  from: instant.optional().meta({ description: 'First moment, included.' }),
  to: instant.optional().meta({ description: 'Last moment, not included.' }),
};
