import { z } from 'zod';
import { route } from '../../route.ts';
import { runsOfDaySchema, runsOfLastDays } from './days.ts';

const count = z.number();
const runDaySchema = runsOfDaySchema
  .extend({ records: z.object({ created: count, updated: count, failed: count }) })
  .meta({ id: 'RunDay' });

export const listRunDays = route({
  method: 'get',
  path: '/connections/:connectionId/run-days',
  permission: 'run.read',
  summary: 'How a connection’s runs went and what they took over, for each of the last days (UTC), oldest first',
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
  answer: z.object({ items: z.array(runDaySchema) }),
  async handle({ deps, found: { connection }, query: { days } }) {
    const runsOf = await runsOfLastDays(deps, [connection.id], days);
    return { items: runsOf(connection.id) };
  },
});
