import { z } from 'zod';
import type { AdminTask } from '../../../db/app/stores/tasks.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

export const taskSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string().nullable(),
    cause: z.string(),
    subject: z.string().meta({ description: 'The id of what it is about.' }),
    sentence: z.string(),
    repeats: z.number(),
    openedAt: moment,
    completedAt: moment.nullable(),
    completedBy: z.string().nullable(),
    note: z.string().nullable(),
    workflow: workflowSchema.nullable().meta({ description: 'The workflow that it is about, if there is one.' }),
  })
  .meta({ id: 'Task' });

export const describeTask = (deps: Deps, caller: Caller, task: AdminTask): z.input<typeof taskSchema> => {
  const id = workflowIdOf(task);
  const shown = forEyesOf(caller);
  return {
    ...task,
    sentence: shown(task.sentence),
    note: task.note && shown(task.note),
    workflow: id === null ? null : workflowLink(deps, id),
  };
};

/** A task's subject begins with the id of what it is about: a message, or an incident with its rung. */
function workflowIdOf({ subject, connectionId }: AdminTask): string | null {
  if (subject.startsWith('dlv_')) return workflowIds.message(subject);
  if (subject.startsWith('inc_')) return workflowIds.escalation(subject.split(':', 1)[0]!);
  return connectionId && workflowIds.connector(connectionId);
}
