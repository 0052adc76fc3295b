import { z } from 'zod';
import type { ProviderStage } from '../../domain/records.ts';
import { getAll, type PipedriveContext } from './client.ts';

/** https://developers.pipedrive.com/docs/api/v1/Pipelines#getPipelines */
const pipelineSchema = z.object({
  id: z.int(),
  name: z.string(),
  order_nr: z.number().nullish(),
  is_deleted: z.boolean().nullish(),
  is_deal_probability_enabled: z.boolean().nullish(),
});
/** https://developers.pipedrive.com/docs/api/v1/Stages#getStages */
const stageSchema = z.object({
  id: z.int(),
  name: z.string(),
  pipeline_id: z.int(),
  order_nr: z.number().nullish(),
  is_deleted: z.boolean().nullish(),
  deal_probability: z.number().nullish(),
});

/**
 * At Pipedrive a deal that is won or lost keeps the stage it stood in, and `status` says how it ended. Here these two are stages of
 * their own, behind all others.
 */
const ends = { pipelineExternalId: 'closed', pipelineLabel: 'Closed deals' };
const endStages: ProviderStage[] = [
  { ...ends, externalId: 'lost', label: 'Lost', position: 10_000, probability: 0, kind: 'lost' },
  { ...ends, externalId: 'won', label: 'Won', position: 10_001, probability: 1, kind: 'won' },
];

export async function stages(context: PipedriveContext): Promise<ProviderStage[]> {
  const pipelines = new Map(
    (await getAll(context, '/api/v2/pipelines', pipelineSchema))
      .filter(({ is_deleted }) => is_deleted !== true)
      .map((pipeline) => [pipeline.id, pipeline]),
  );
  const open = (await getAll(context, '/api/v2/stages', stageSchema)).flatMap((stage): ProviderStage[] => {
    const pipeline = pipelines.get(stage.pipeline_id);
    if (stage.is_deleted === true || !pipeline) return [];
    // A percentage, which counts only where the pipeline says so.
    const percent = pipeline.is_deal_probability_enabled === true ? (stage.deal_probability ?? null) : null;
    return [
      {
        externalId: String(stage.id),
        label: stage.name,
        pipelineExternalId: String(stage.pipeline_id),
        pipelineLabel: pipeline.name,
        position: Math.min(Math.max(0, Math.round(stage.order_nr ?? 0)), 9_999),
        probability: percent === null ? null : Math.min(Math.max(0, percent), 100) / 100,
        kind: 'open',
      },
    ];
  });
  return [...open, ...endStages];
}
