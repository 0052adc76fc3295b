import { z } from 'zod';
import { stageKinds } from '../../../domain/records.ts';
import { pushStates } from '../../../domain/push.ts';
import { moment } from '../../schemas.ts';
import { valuesSchema } from '../pushes/schema.ts';

const stageMeaning = z
  .object({ name: z.string(), kind: z.enum(stageKinds) })
  .nullable()
  .meta({ description: 'Null for a stage that the provider’s pipelines do not have.' });

const pendingSchema = z
  .object({
    values: valuesSchema,
    state: z.enum(pushStates).meta({ description: 'Of the first that is not written yet.' }),
    sentence: z.string().nullable(),
    askedAt: moment,
    pushIds: z.array(z.string()),
  })
  .nullable()
  .meta({ description: 'What people asked for and the provider does not have yet; null when there is nothing.' });

export const dealSchema = z
  .object({
    id: z.string().meta({ description: 'Ours, for changes.' }),
    companyId: z.string(),
    externalId: z.string().meta({ description: 'The provider’s id of the deal.' }),
    title: z.string(),
    stage: z.string().meta({ description: 'The provider’s id of the stage.' }),
    stageMeaning,
    contactExternalId: z.string().nullable(),
    ownerExternalId: z.string().nullable(),
    owner: z
      .object({
        name: z.string().nullable(),
        goneAt: moment
          .nullable()
          .meta({ description: 'Since when the provider no longer has them at work; the last name stays.' }),
      })
      .nullable()
      .meta({ description: 'Who that is; null where the provider names nobody of this id.' }),
    amount: z.string().nullable(),
    currency: z.string().nullable(),
    expectedCloseOn: z.string().nullable(),
    openedAt: moment.nullable(),
    sourceUpdatedAt: moment,
    deletedAt: moment.nullable().meta({ description: 'Since when the provider no longer has it: it counts in no metric.' }),
    mergedInto: z.string().nullable().meta({ description: 'The deal that has taken it in.' }),
    pending: pendingSchema,
  })
  .meta({ id: 'Deal' });

export const dealMovementSchema = z
  .object({
    dealExternalId: z.string(),
    from: z.string().nullable().meta({ description: 'Null for the stage that the deal began in.' }),
    to: z.string(),
    at: moment,
    by: z.string().nullable().meta({ description: 'The provider’s id of whoever moved it.' }),
    enteredAt: moment.nullable().meta({ description: 'Since when it stood in `from`.' }),
    fromMeaning: stageMeaning,
    toMeaning: stageMeaning,
    runId: z.string().nullable().meta({ description: 'The run that brought it.' }),
    rawEventId: z.string().nullable().meta({ description: 'The stored event that brought it, when no run did.' }),
  })
  .meta({ id: 'DealMovement' });
