import { z } from 'zod';
import type { Writes } from '../contract.ts';
import { getJson, type PipedriveContext } from './client.ts';

/**
 * Deals. What is named is set, all of it or nothing; a pipeline follows from its stage.
 * https://developers.pipedrive.com/docs/api/v1/Deals#updateDeal
 */
export const writes: Writes<PipedriveContext> = {
  fields: {
    title: { kind: 'text', path: 'title', clearable: false },
    effective_stage: { kind: 'text', path: 'effective_stage', clearable: false },
    value: { kind: 'decimal', path: 'value', clearable: false },
    currency: { kind: 'text', path: 'currency', clearable: false },
    expected_close_date: { kind: 'day', path: 'expected_close_date', clearable: true },
    owner_id: { kind: 'text', path: 'owner_id', clearable: false },
  },
  mapping: {
    object: 'deal',
    direction: 'out',
    externalId: 'id',
    sourceUpdatedAt: 'update_time',
    fields: [
      { source: 'title', target: 'title', required: true, transform: { kind: 'text' } },
      { source: 'stage', target: 'effective_stage', required: true, transform: { kind: 'text' } },
      { source: 'amount', target: 'value', required: true, transform: { kind: 'decimal' } },
      { source: 'currency', target: 'currency', required: true, transform: { kind: 'text' } },
      { source: 'expectedCloseOn', target: 'expected_close_date', required: false, transform: { kind: 'day' } },
      { source: 'ownerExternalId', target: 'owner_id', required: true, transform: { kind: 'text' } },
    ],
  },
  idempotency: 'sets',
  async write(context, { externalId, values, signal }) {
    const { effective_stage: stage, value, owner_id: owner, ...texts } = values;
    const change = {
      ...texts,
      ...(typeof stage === 'string' && standing(stage)),
      ...(value !== undefined && { value: Number(value) }),
      ...(owner !== undefined && { owner_id: Number(owner) }),
    };
    const path = `/api/v2/deals/${encodeURIComponent(externalId)}`;
    await getJson(context, path, z.object({ id: z.int() }), { change, signal });
  },
};

/** Won and lost are stages here and a status there; a deal that is closed is reopened when it moves to another. */
function standing(stage: string) {
  return stage === 'won' || stage === 'lost' ? { status: stage } : { stage_id: Number(stage), status: 'open' };
}
