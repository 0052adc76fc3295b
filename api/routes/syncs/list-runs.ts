import { z } from 'zod';
import { route } from '../../route.ts';
import { idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeRun, runSchema } from './schema.ts';

export const listRuns = route({
  method: 'get',
  path: '/connections/:connectionId/runs',
  permission: 'run.read',
  summary: 'A connection’s sync runs, newest first',
  query: z.strictObject({ ...pageQuery, jobId: idSchema('job').optional() }),
  answer: pageOf(runSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.runs.list({ connectionId: found.connection.id, ...pageInput(query) });
    return { items: items.map((run) => describeRun(deps, caller, run)), nextCursor };
  },
});
