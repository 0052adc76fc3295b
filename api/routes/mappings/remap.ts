import { z } from 'zod';
import { ApiError, invalid } from '../../errors.ts';
import { describe, remapSchema, requireLaunched, startRemap } from '../../remap.ts';
import { route } from '../../route.ts';

export const remapRecords = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/remap',
  permission: 'mapping.write',
  summary: 'Map the raw records that are kept as events again, by the version in force; one at a time',
  body: z.strictObject({
    fromVersion: z
      .number()
      .int()
      .min(1)
      .meta({ description: 'Records of this version and later ones; those of earlier ones stay.' }),
  }),
  status: 202,
  answer: remapSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection, object }, body: { fromVersion }, audit }) {
    requireLaunched(connection);
    const { stores } = deps;
    const current = await stores.mappings.current(connection.id, object);
    if (!current) throw new ApiError(409, 'refused', `No mapping of ${object} is published: publish one first.`);
    if (fromVersion > current.version)
      throw invalid([{ path: 'fromVersion', message: `Must be at most ${current.version}, the version in force.` }]);
    const asked = { connectionId: connection.id, object, fromVersion, toVersion: current.version };
    const remap = await stores.remaps.ask(asked, audit);
    await startRemap(deps, connection, remap);
    return describe(deps, remap);
  },
});
