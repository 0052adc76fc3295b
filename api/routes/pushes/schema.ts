import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { pushStates } from '../../../domain/push.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Push } from '../../../db/app/stores/pushes.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

export const valuesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

export const pushSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    object: z.string(),
    externalId: z.string().meta({ description: 'The provider’s id of the record.' }),
    wanted: valuesSchema.meta({ description: 'What shall stand there, by our fields.' }),
    overwrites: z.boolean(),
    state: z.enum(pushStates).meta({
      description:
        '`waiting` goes out by itself, in its turn; `failed` and `conflict` wait for a person, and later ones of the record behind them.',
    }),
    attempts: z.number(),
    nextAttemptAt: moment.nullable(),
    code: z.enum(failureCodes).nullable(),
    sentence: z.string().nullable().meta({ description: 'Why it is not there yet, and what to do.' }),
    mappingVersion: z.number().nullable().meta({ description: 'Of direction `out`; null: the provider’s own.' }),
    askedBy: z.string(),
    askedAt: moment,
    finishedAt: moment.nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Push' });

export const describePush = (deps: Deps, caller: Caller, push: Push): z.input<typeof pushSchema> => ({
  ...push,
  wanted: valuesFor(caller, push.wanted),
  sentence: push.sentence && forEyesOf(caller)(push.sentence),
  workflow: workflowLink(deps, workflowIds.pushes(push.connectionId)),
});

/** Texts that people wrote, as this caller may see them. */
export function valuesFor(caller: Caller, values: Push['wanted']): Push['wanted'] {
  const { title } = values;
  return typeof title === 'string' ? { ...values, title: forEyesOf(caller)(title) } : values;
}
