/** Deals with the history of their stage. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide */
import { z } from 'zod';
import type { Records, Stream } from '../contract.ts';
import { companyCurrency } from './check.ts';
import type { HubspotContext } from './client.ts';
import { movements } from './movements.ts';
import { readJson } from './patience.ts';
import { readPage } from './read-changes.ts';
import { readByIds, type RawRecord } from './records.ts';
import { writes } from './writes.ts';

const object = 'deals';
const timeProperty = 'hs_lastmodifieddate';
const properties = [
  'dealname',
  'dealstage',
  'pipeline',
  'amount',
  'deal_currency_code',
  'closedate',
  'createdate',
  'hubspot_owner_id',
];

interface When {
  now: Date;
  signal?: AbortSignal;
}

export const deals: Stream<HubspotContext> = {
  object: 'deal',
  label: 'Deals and the stages they went through',
  cadenceS: 15 * 60,
  fetchPage: (context, input) =>
    readPage(context, {
      ...input,
      object,
      timeProperty,
      properties: [],
      // Search is behind the records and has no histories: it only says which ones to read.
      complete: (found) =>
        readDeals(
          context,
          found.map(({ id }) => id),
          input,
        ),
    }),
  fetchByIds: (context, { externalIds, ...when }) => readDeals(context, externalIds, when),
  movements,
  mapping: {
    object: 'deal',
    externalId: 'id',
    sourceUpdatedAt: `properties.${timeProperty}`,
    fields: [
      { target: 'title', source: 'properties.dealname', required: true, transform: { kind: 'text' } },
      { target: 'stage', source: 'properties.dealstage', required: true, transform: { kind: 'text' } },
      { target: 'contactExternalId', source: 'derived.contactId', required: false, transform: { kind: 'text' } },
      { target: 'ownerExternalId', source: 'properties.hubspot_owner_id', required: false, transform: { kind: 'text' } },
      { target: 'amount', source: 'properties.amount', required: false, transform: { kind: 'decimal' } },
      { target: 'currency', source: 'derived.currency', required: false, transform: { kind: 'text' } },
      { target: 'expectedCloseOn', source: 'derived.closeOn', required: false, transform: { kind: 'day' } },
      { target: 'openedAt', source: 'properties.createdate', required: false, transform: { kind: 'timestamp' } },
    ],
  },
  writes,
};

/** `derived` holds what HubSpot says elsewhere or in another form, so that one mapping by paths reaches it. */
async function readDeals(context: HubspotContext, ids: string[], { now, signal }: When): Promise<Records> {
  if (ids.length === 0) return { records: [], deleted: [] };
  const wanted = [...properties, ...(context.settings.dealProperties ?? [])];
  const input = { object, timeProperty, properties: wanted, withHistory: ['dealstage'], now, signal } as const;
  const { records, deleted } = await readByIds(context, ids, input);
  const contacts = await readContacts(context, records, signal);
  // Only an account with several currencies names one for each deal. https://knowledge.hubspot.com/account-management/add-and-edit-your-company-currency
  const isUnnamed = ({ properties: own }: RawRecord) => !own['deal_currency_code'] && Boolean(own['amount']);
  const usual = records.some(isUnnamed) ? await companyCurrency(context, signal) : null;
  const complete = records.map((deal) => ({
    ...deal,
    derived: {
      contactId: contacts.get(deal.id) ?? null,
      closeOn: dayOf(deal.properties['closedate']),
      currency: isUnnamed(deal) ? usual : (deal.properties['deal_currency_code'] ?? null),
    },
  }));
  return { records: complete, deleted };
}

/** The day in UTC. */
function dayOf(time: unknown): string | null {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10);
}

/** https://developers.hubspot.com/changelog/bug-fix-batch-read-limit-for-hubspot-associations-api */
const associationsMax = 1_000;
const objectId = z.union([z.string(), z.int()]).transform(String);
const associationsSchema = z.object({
  results: z.array(z.object({ from: z.object({ id: objectId }), to: z.array(z.object({ toObjectId: objectId })) })),
});

/**
 * One contact of each deal: HubSpot knows a primary company, but no primary contact, so it is the one that was made first.
 * https://developers.hubspot.com/docs/api-reference/legacy/crm/associations/associate-records/batch/get-associations
 */
async function readContacts(context: HubspotContext, records: RawRecord[], signal?: AbortSignal): Promise<Map<string, string>> {
  const first = new Map<string, string>();
  for (let from = 0; from < records.length; from += associationsMax) {
    const inputs = records.slice(from, from + associationsMax).map(({ id }) => ({ id }));
    const { results } = await readJson(
      context,
      { method: 'POST', path: '/crm/v4/associations/deals/contacts/batch/read', body: { inputs }, signal },
      associationsSchema,
    );
    for (const { from: deal, to } of results) {
      const [contact] = to.map(({ toObjectId }) => toObjectId).toSorted((a, b) => Number(a) - Number(b));
      if (contact !== undefined) first.set(deal.id, contact);
    }
  }
  return first;
}
