import { z } from 'zod';
import { stageKinds } from '../../../domain/records.ts';
import { moment } from '../../schemas.ts';

const meaning = {
  name: z.string().trim().min(1).max(100),
  position: z.int().min(0).max(65_535).meta({ description: 'Order within the pipeline: to a higher one is forward.' }),
  probability: z.number().min(0).max(1).nullable().meta({ description: 'Of winning.' }),
  kind: z.enum(stageKinds),
};

export const stageMappingSchema = z.strictObject({
  externalId: z.string().min(1).max(100).meta({ description: 'The provider’s id of the stage.' }),
  ...meaning,
  was: z
    .strictObject({ ...meaning, name: z.string().max(255) })
    .meta({ description: 'What the stage counted as when it was looked at: 409 when it counts as something else by now.' }),
});

export const stageSchema = z
  .object({
    externalId: z.string(),
    label: z.string().meta({ description: 'As the provider’s people call it.' }),
    pipelineExternalId: z.string(),
    pipelineLabel: z.string(),
    ...meaning,
    mappedBy: z
      .string()
      .nullable()
      .meta({ description: 'Null while name, position, probability and kind are the provider’s own.' }),
    goneAt: moment.nullable().meta({ description: 'Since when the provider no longer has it; history still names it.' }),
  })
  .meta({ id: 'PipelineStage' });
