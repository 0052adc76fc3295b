import { z } from 'zod';
import { route } from '../../route.ts';
import { day } from '../../schemas.ts';
import { windowOf, windowQuery } from './window.ts';
import { countsSchema } from '../syncs/schema.ts';

const summarySchema = z
  .object({
    providerKey: z.string(),
    day,
    runs: z.object({ succeeded: z.number(), failed: z.number(), cancelled: z.number(), skipped: z.number() }),
    records: countsSchema,
    checks: z
      .object({ ok: z.number(), failed: z.number() })
      .meta({ description: 'Runs and probes, by what they said of the connection.' }),
    circuitsOpened: z.number().meta({ description: 'How often a provider was so much away that it was no longer asked.' }),
  })
  .meta({ id: 'DaySummary' });

export const listSummaries = route({
  method: 'get',
  path: '/companies/:companyId/summaries',
  permission: 'health.read',
  summary: 'Runs and records by provider and day (UTC), both days included; the last 30 days when nothing is asked',
  query: windowQuery,
  answer: z.object({ items: z.array(summarySchema) }),
  async handle({ deps, found, query }) {
    return { items: await deps.stores.health.summaries({ companyId: found.company.id, ...windowOf(query) }) };
  },
});
