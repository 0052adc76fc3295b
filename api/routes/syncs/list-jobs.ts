import { z } from 'zod';
import { route } from '../../route.ts';

const jobSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    stream: z.string(),
    object: z.string(),
    cadenceS: z.number().meta({ description: 'Seconds between scheduled runs.' }),
    lastRunId: z.string().nullable(),
    runningRunId: z.string().nullable(),
  })
  .meta({ id: 'SyncJob' });

export const listJobs = route({
  method: 'get',
  path: '/connections/:connectionId/jobs',
  permission: 'run.read',
  summary: 'What is synced, and how often',
  answer: z.object({ items: z.array(jobSchema) }),
  handle: async ({ deps, found }) => ({ items: await deps.stores.jobs.list(found.connection.id) }),
});
