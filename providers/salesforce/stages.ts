import { z } from 'zod';
import type { ProviderStage, StageKind } from '../../domain/records.ts';
import { queryEvery, unreadable, type SalesforceContext } from './client.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunitystage.htm */
const stageSchema = z.object({
  ApiName: z.string().min(1),
  MasterLabel: z.string().nullish(),
  SortOrder: z.int().nullish(),
  /** In percent. */
  DefaultProbability: z.number().min(0).max(100).nullish(),
  IsClosed: z.boolean(),
  IsWon: z.boolean(),
});

/**
 * Salesforce has one list of stages and no pipelines; a sales process only shows a part of it. Stages that are no longer active are
 * told too: opportunities may still stand in them.
 */
export async function stages(context: SalesforceContext): Promise<ProviderStage[]> {
  const rows = await queryEvery(
    context,
    'SELECT ApiName, MasterLabel, SortOrder, DefaultProbability, IsClosed, IsWon FROM OpportunityStage ORDER BY SortOrder',
    { now: new Date() },
  );
  const read = z.array(stageSchema).safeParse(rows);
  if (!read.success) throw unreadable();
  return read.data.map(({ ApiName, MasterLabel, SortOrder, DefaultProbability, ...is }, place) => ({
    externalId: ApiName,
    label: MasterLabel ?? ApiName,
    pipelineExternalId: 'default',
    pipelineLabel: 'Opportunities',
    position: SortOrder ?? place,
    probability: typeof DefaultProbability === 'number' ? DefaultProbability / 100 : null,
    kind: kindOf(is),
  }));
}

function kindOf({ IsClosed, IsWon }: { IsClosed: boolean; IsWon: boolean }): StageKind {
  if (IsWon) return 'won';
  return IsClosed ? 'lost' : 'open';
}
