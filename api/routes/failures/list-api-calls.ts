import { z } from 'zod';
import { route } from '../../route.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const apiCallSchema = z
  .object({
    id: z.string(),
    at: moment,
    method: z.string(),
    path: z.string().meta({ description: 'Redacted: no query values, no numbers of people.' }),
    status: z.number().nullable().meta({ description: 'null when no whole answer came.' }),
    latencyMs: z.number(),
    outcome: z.string(),
    note: z.string().nullable(),
  })
  .meta({ id: 'ApiCall' });

export const listApiCalls = route({
  method: 'get',
  path: '/connections/:connectionId/api-calls',
  permission: 'failure.read',
  summary: 'Every call made to the provider, newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(apiCallSchema),
  handle: ({ deps, found, query }) => deps.traffic.logs.list({ connectionId: found.connection.id, ...pageInput(query) }),
});
