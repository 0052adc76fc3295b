import { z } from 'zod';
import { describeStanding } from '../../../domain/remap.ts';
import { describe, remapSchema } from '../../remap.ts';
import { route } from '../../route.ts';

export const getRemap = route({
  method: 'get',
  path: '/connections/:connectionId/mappings/:objectKey/remap',
  permission: 'mapping.read',
  summary: 'The newest re-mapping with its progress, and how many rows stand at which version',
  answer: z.object({
    remap: remapSchema.nullable(),
    currentVersion: z.number().nullable(),
    standing: z
      .array(z.object({ version: z.number().nullable(), rows: z.number() }))
      .meta({ description: 'Rows by the mapping version that made them; null is what events made.' }),
    sentence: z.string().nullable().meta({ description: 'What to do about rows of earlier versions; null when there are none.' }),
  }),
  async handle({ deps, found: { connection, object } }) {
    const ref = { connectionId: connection.id, object };
    const { mappings, remaps } = deps.stores;
    const [remap, current, standing] = [
      await remaps.latest(ref),
      await mappings.current(connection.id, object),
      await remaps.standing(ref),
    ];
    return {
      remap: remap && describe(deps, remap),
      currentVersion: current?.version ?? null,
      standing,
      sentence: current && describeStanding(current.version, standing),
    };
  },
});
