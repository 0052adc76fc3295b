import { z } from 'zod';
import { verifyStored } from '../../../db/app/verify-stored.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

export const verifyAudit = route({
  method: 'get',
  path: '/companies/:companyId/audit/verification',
  permission: 'audit.read',
  summary: 'Walks the company’s audit chain from its start: whether every entry is as it was written, and the first that is not',
  answer: z
    .object({
      fits: z.boolean(),
      entries: z.number().meta({ description: 'Those that fit, up to the first that does not.' }),
      erased: z.number().meta({ description: 'Of these, with their personal part erased; the platform’s key proves it.' }),
      finding: z
        .object({
          sequence: z.number(),
          kind: z.enum(['edited', 'removed', 'inserted', 'rewritten']),
          sentence: z.string(),
          entry: z
            .object({ at: moment, actor: z.string(), action: z.string(), subject: z.string() })
            .nullable()
            .meta({ description: 'What it says now; null when it is not there.' }),
        })
        .nullable(),
    })
    .meta({ id: 'AuditVerification' }),
  async handle({ deps, found }) {
    const { entries, erased, finding } = await verifyStored(deps.stores, found.company.id);
    return { fits: finding === null, entries, erased, finding };
  },
});
