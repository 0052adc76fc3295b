import { z } from 'zod';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { describeTask, taskSchema } from './schema.ts';

export const completeTask = route({
  method: 'post',
  path: '/tasks/:taskId/complete',
  permission: 'task.complete',
  summary: 'Say that a task is done; the first completion stands',
  body: z.strictObject({ note: name(280) }),
  answer: taskSchema,
  handle: async ({ deps, caller, found, body, audit }) =>
    describeTask(deps, caller, await deps.stores.tasks.complete(found.task.id, body.note, audit)),
});
