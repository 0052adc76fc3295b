import { z } from 'zod';
import { deliveryStatuses } from '../../../domain/delivery-status.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Delivery } from '../../../db/app/stores/deliveries.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf, maskAddress } from '../../mask.ts';
import { moment } from '../../schemas.ts';
import { fallbackSchema, optionSchema } from './options.ts';

export const deliverySchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string(),
    templateId: z.string().nullable(),
    from: z.string().meta({ description: 'Its last four digits.' }),
    to: z.string().meta({ description: 'Its last four digits.' }),
    segments: z.number(),
    status: z.enum(deliveryStatuses),
    externalId: z.string().nullable().meta({ description: 'The message’s id at the provider.' }),
    errorCode: z.string().nullable().meta({ description: 'The provider’s own code.' }),
    sentence: z.string().nullable(),
    attempts: z.number(),
    createdAt: moment,
    updatedAt: moment,
    workflow: workflowSchema,
  })
  .meta({ id: 'Message' });

export const deliveryDetailSchema = deliverySchema
  .extend({
    history: z.array(
      z.object({
        status: z.enum(deliveryStatuses),
        at: moment,
        source: z.enum(['us', 'callback', 'lookup', 'person']),
        errorCode: z.string().nullable(),
      }),
    ),
    options: z.array(optionSchema),
    fallback: fallbackSchema.nullable().meta({ description: 'What a person did instead.' }),
  })
  .meta({ id: 'MessageDetail' });

/** A message without its text, and numbers by their last four digits. */
export const describeDelivery = (deps: Deps, caller: Caller, delivery: Delivery): z.input<typeof deliverySchema> => ({
  ...delivery,
  from: maskAddress(delivery.from),
  to: maskAddress(delivery.to),
  sentence: delivery.sentence && forEyesOf(caller)(delivery.sentence),
  workflow: workflowLink(deps, workflowIds.message(delivery.id)),
});
