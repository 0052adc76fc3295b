import { z } from 'zod';
import { forEyesOf } from '../../mask.ts';
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
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.traffic.logs.list({ connectionId: found.connection.id, ...pageInput(query) });
    return { items: items.map((call) => ({ ...call, note: call.note && forEyesOf(caller)(call.note) })), nextCursor };
  },
});
