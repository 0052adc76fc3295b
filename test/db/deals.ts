/** Deals as a CRM's history tells them, for the suites of metrics. */
import type { CanonicalRecord, DealFields, ProviderStage, StageKind } from '../../domain/records.ts';

const stage = (externalId: string, position: number, kind: StageKind = 'open', pipeline = 'sales'): ProviderStage => ({
  externalId,
  label: externalId,
  pipelineExternalId: pipeline,
  pipelineLabel: pipeline,
  position,
  probability: null,
  kind,
});
/** Two pipelines; `sales` ends in won or lost. */
export const stages = [
  stage('new', 1),
  stage('offer', 2),
  stage('talks', 3),
  stage('won', 10, 'won'),
  stage('lost', 11, 'lost'),
  stage('repair', 5, 'open', 'service'),
];

/** `steps`: the stage, and when the deal came into it. */
export function deal(
  externalId: string,
  steps: [stage: string, at: string][],
  fields: Partial<DealFields> = {},
): CanonicalRecord {
  const movements = steps.map(([to, at], place) => ({ from: steps[place - 1]?.[0] ?? null, to, at: timeOf(at), by: null }));
  return {
    object: 'deal',
    externalId,
    sourceUpdatedAt: movements.at(-1)?.at ?? timeOf('2026-11-01'),
    fields: {
      title: `Roof of ${externalId}`,
      stage: steps.at(-1)?.[0] ?? 'new',
      contactExternalId: null,
      ownerExternalId: null,
      amount: '100',
      currency: 'USD',
      expectedCloseOn: null,
      openedAt: movements[0]?.at ?? null,
      ...fields,
    },
    movements,
  };
}

/** `2026-11-01` or `2026-11-01T09:00`. */
export const timeOf = (at: string) => new Date(at.length === 10 ? `${at}T12:00Z` : `${at}Z`).toISOString();
