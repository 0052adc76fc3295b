import { z } from 'zod';
import { scheduleLink, scheduleSchema } from '../../links.ts';
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
    schedule: scheduleSchema.meta({ description: 'What starts its runs, from the launch on.' }),
  })
  .meta({ id: 'SyncJob' });

export const listJobs = route({
  method: 'get',
  path: '/connections/:connectionId/jobs',
  permission: 'run.read',
  summary: 'What is synced, and how often',
  answer: z.object({ items: z.array(jobSchema) }),
  async handle({ deps, found }) {
    const jobs = await deps.stores.jobs.list(found.connection.id);
    return { items: jobs.map((job) => ({ ...job, schedule: scheduleLink(deps, job.id) })) };
  },
});
