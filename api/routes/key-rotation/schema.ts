import { z } from 'zod';
import { describeRotation, rotationKinds, rotationPhases, type RotationProgress } from '../../../domain/key-rotation.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';

export const rotationLink = (deps: Deps) => workflowLink(deps, workflowIds.keyRotation);

export const kindSchema = z.enum(rotationKinds).meta({
  description:
    '`master`: wrap every data key with the key given as `MASTER_KEY`. `data`: give every company a new data key and seal its values again.',
});

export const rotationSchema = z
  .object({
    rotation: z
      .object({
        kind: kindSchema,
        phase: z.enum(rotationPhases),
        keys: z.int().meta({ description: 'Data keys made, wrapped again or put back.' }),
        values: z.int().meta({ description: 'Values sealed again.' }),
        broken: z
          .int()
          .meta({ description: 'Values that do not open with the key that their row names; they are left as they are.' }),
        sentence: z.string(),
      })
      .nullable()
      .meta({ description: 'The rotation under way, or the last one; `null` when there was none lately.' }),
    masterKeys: z.array(
      z.object({
        id: z.string(),
        state: z.enum(['active', 'previous', 'retired']),
        given: z.boolean().meta({ description: 'Whether it is what the API was given as the one in force.' }),
      }),
    ),
    workflow: workflowSchema,
  })
  .meta({ id: 'KeyRotation' });

/** What the routes of a rotation answer. */
export async function describe(deps: Deps, progress: RotationProgress | undefined) {
  const masterKeys = await deps.stores.masterKeys.list();
  return {
    rotation: progress ? { ...progress, sentence: describeRotation(progress) } : null,
    masterKeys: masterKeys.map(({ id, state }) => ({ id, state, given: id === deps.keyring.masterKeyId })),
    workflow: rotationLink(deps),
  };
}
