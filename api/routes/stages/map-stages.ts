import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { stageMappingSchema, stageSchema } from './schema.ts';

export const mapStages = route({
  method: 'patch',
  path: '/connections/:connectionId/stages',
  permission: 'mapping.write',
  summary: 'Say what stages count as: it holds for every deal and movement, those of before too, from the next run on',
  body: z.strictObject({ stages: z.array(stageMappingSchema).min(1).max(500) }),
  answer: z.object({ items: z.array(stageSchema) }),
  refusals: [409],
  async handle({ deps, found: { connection }, body: { stages }, audit }) {
    const { pipelineStages } = deps.stores;
    const known = new Set((await pipelineStages.list(connection.id)).map(({ externalId }) => externalId));
    const issues = stages.flatMap(({ externalId }, index) => {
      const path = `stages.${index}.externalId`;
      if (!known.has(externalId)) return [{ path, message: 'Is no stage of this connection: list its stages.' }];
      const isTwice = stages.findIndex((other) => other.externalId === externalId) < index;
      return isTwice ? [{ path, message: 'Is given twice.' }] : [];
    });
    if (issues.length > 0) throw invalid(issues);
    await pipelineStages.map({ connectionId: connection.id, companyId: connection.companyId, stages }, audit);
    return { items: await pipelineStages.list(connection.id) };
  },
});
