import { z } from 'zod';
import { route } from '../../route.ts';
import { flag, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeTask, taskSchema } from './schema.ts';

export const listTasks = route({
  method: 'get',
  path: '/companies/:companyId/tasks',
  permission: 'task.read',
  summary: 'Work that waits for a person',
  query: z.strictObject({ ...pageQuery, open: flag.optional() }),
  answer: pageOf(taskSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.tasks.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((task) => describeTask(deps, caller, task)), nextCursor };
  },
});
