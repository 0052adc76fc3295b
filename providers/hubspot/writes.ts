import { z } from 'zod';
import type { Writes } from '../contract.ts';
import { callJson, type HubspotContext } from './client.ts';
import { stages } from './stages.ts';

/**
 * Deals as HubSpot lets them be changed: the properties that are named are set, all of them or none.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide
 */
export const writes: Writes<HubspotContext> = {
  fields: {
    dealname: { kind: 'text', path: 'properties.dealname', clearable: false },
    dealstage: { kind: 'text', path: 'properties.dealstage', clearable: false },
    amount: { kind: 'decimal', path: 'properties.amount', clearable: true },
    // An account with one currency has none of its own for each deal: then it is the account's.
    deal_currency_code: { kind: 'text', path: 'derived.currency', clearable: false },
    closedate: { kind: 'day', path: 'derived.closeOn', clearable: true },
    hubspot_owner_id: { kind: 'text', path: 'properties.hubspot_owner_id', clearable: true },
  },
  mapping: {
    object: 'deal',
    direction: 'out',
    externalId: 'id',
    sourceUpdatedAt: 'properties.hs_lastmodifieddate',
    fields: [
      { source: 'title', target: 'dealname', required: true, transform: { kind: 'text' } },
      { source: 'stage', target: 'dealstage', required: true, transform: { kind: 'text' } },
      { source: 'amount', target: 'amount', required: false, transform: { kind: 'decimal' } },
      { source: 'currency', target: 'deal_currency_code', required: false, transform: { kind: 'text' } },
      { source: 'expectedCloseOn', target: 'closedate', required: false, transform: { kind: 'day' } },
      { source: 'ownerExternalId', target: 'hubspot_owner_id', required: false, transform: { kind: 'text' } },
    ],
  },
  idempotency: 'sets',
  async write(context, { externalId, values, signal }) {
    const properties = { ...cleared(values), ...(await pipelineOf(context, values['dealstage'])) };
    const path = `/crm/v3/objects/deals/${encodeURIComponent(externalId)}`;
    await callJson(context, { method: 'PATCH', path, body: { properties }, signal }, z.object({ id: z.string() }));
  },
};

/** An empty text clears a property. A close date is a moment: midnight in UTC, as it is read. */
function cleared(values: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value === null) return [name, ''];
      return [name, name === 'closedate' ? `${value}T00:00:00.000Z` : value];
    }),
  );
}

/** A stage is taken only together with its own pipeline, which may be another than the deal stands in. */
async function pipelineOf(context: HubspotContext, stage: string | null | undefined): Promise<{ pipeline?: string }> {
  if (stage === null || stage === undefined) return {};
  const found = (await stages(context)).find(({ externalId }) => externalId === stage);
  return found ? { pipeline: found.pipelineExternalId } : {};
}
