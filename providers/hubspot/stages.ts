import { z } from 'zod';
import type { ProviderStage, StageKind } from '../../domain/records.ts';
import { callJson, type HubspotContext } from './client.ts';

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/pipelines/guide */
const pipelinesSchema = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      stages: z.array(
        z.object({
          id: z.string(),
          label: z.string(),
          displayOrder: z.number(),
          metadata: z.object({ isClosed: z.string().optional(), probability: z.string().optional() }),
        }),
      ),
    }),
  ),
});

/** Ids of stages are unique in the account: those of the first pipeline are words, all others numbers. */
export async function stages(context: HubspotContext): Promise<ProviderStage[]> {
  const { results } = await callJson(context, { path: '/crm/v3/pipelines/deals' }, pipelinesSchema);
  return results.flatMap((pipeline) =>
    pipeline.stages.map(({ id, label, displayOrder, metadata }) => {
      const probability = probabilityOf(metadata.probability);
      return {
        externalId: id,
        label,
        pipelineExternalId: pipeline.id,
        pipelineLabel: pipeline.label,
        position: displayOrder,
        probability,
        kind: kindOf(metadata.isClosed === 'true', probability),
      };
    }),
  );
}

function probabilityOf(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return value >= 0 && value <= 1 ? value : null;
}

/** HubSpot's own rule: a closed stage of probability 1 is won, of probability 0 lost. */
function kindOf(isClosed: boolean, probability: number | null): StageKind {
  if (!isClosed) return 'open';
  return probability === 1 ? 'won' : probability === 0 ? 'lost' : 'open';
}
