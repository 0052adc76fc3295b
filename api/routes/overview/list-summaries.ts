import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { day } from '../../schemas.ts';
import { countsSchema } from '../syncs/schema.ts';

const daysMax = 366;
const dayMs = 86_400_000;

const summarySchema = z
  .object({
    providerKey: z.string(),
    day,
    runs: z.object({ succeeded: z.number(), failed: z.number(), cancelled: z.number(), skipped: z.number() }),
    records: countsSchema,
  })
  .meta({ id: 'DaySummary' });

export const listSummaries = route({
  method: 'get',
  path: '/companies/:companyId/summaries',
  permission: 'health.read',
  summary: 'Runs and records by provider and day (UTC), both days included; the last 30 days when nothing is asked',
  query: z.strictObject({ from: day.optional(), to: day.optional() }),
  answer: z.object({ items: z.array(summarySchema) }),
  async handle({ deps, found, query }) {
    const to = query.to ?? new Date().toISOString().slice(0, 10);
    const from = query.from ?? new Date(Date.parse(to) - 29 * dayMs).toISOString().slice(0, 10);
    const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
    if (days < 1 || days > daysMax)
      throw invalid([{ path: 'from', message: `Must lie before "to", by at most ${daysMax} days.` }]);
    return { items: await deps.stores.health.summaries({ companyId: found.company.id, from, to }) };
  },
});
