import { z } from 'zod';
import { verifyStored } from '../../../db/app/verify-stored.ts';
import type { Deps } from '../../deps.ts';
import { moment } from '../../schemas.ts';

export const verificationSchema = z
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
  .meta({ id: 'AuditVerification' });

export async function verify({ stores }: Pick<Deps, 'stores'>, chain: string) {
  const { entries, erased, finding } = await verifyStored(stores, chain);
  return { fits: finding === null, entries, erased, finding };
}
