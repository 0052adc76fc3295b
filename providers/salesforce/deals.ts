import type { Stream } from '../contract.ts';
import type { SalesforceContext } from './client.ts';
import { readByIds, readChanges, type Source } from './changes.ts';
import { currencyOf, perRecord } from './currency.ts';
import { addHistory, movements } from './history.ts';
import type { SalesforceSettings } from './schema.ts';
import { writes } from './writes.ts';

/**
 * What the mapping needs and no more: a query that names a field which the user does not see is refused as a whole. `ContactId` is the
 * contact whose role is the primary one.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm
 */
const usualFields = [
  'Id',
  'Name',
  'StageName',
  'Amount',
  'CloseDate',
  'OwnerId',
  'ContactId',
  'IsDeleted',
  'CreatedDate',
  'SystemModstamp',
];

/** In every org; and those that the settings name. */
export function dealFields({ opportunityFields = [] }: Partial<SalesforceSettings>): string[] {
  return [...new Set([...usualFields, ...opportunityFields])];
}

const source: Source = {
  object: 'Opportunity',
  prepare: currencyOf,
  fields: ({ settings }, currency) =>
    currency === perRecord ? [...new Set([...dealFields(settings), 'CurrencyIsoCode'])] : dealFields(settings),
  async complete(context, rows, currency, looking) {
    const whole = await addHistory(context, rows, looking);
    return currency === perRecord ? whole : whole.map((row) => ({ ...row, CurrencyIsoCode: currency }));
  },
};

export const deals: Stream<SalesforceContext> = {
  object: 'deal',
  label: 'Opportunities and their stage history',
  cadenceS: 15 * 60,
  fetchPage: readChanges(source),
  fetchByIds: readByIds(source),
  movements,
  mapping: {
    object: 'deal',
    externalId: 'Id',
    sourceUpdatedAt: 'SystemModstamp',
    fields: [
      { target: 'title', source: 'Name', required: true, transform: { kind: 'text' } },
      { target: 'stage', source: 'StageName', required: true, transform: { kind: 'text' } },
      { target: 'contactExternalId', source: 'ContactId', required: false, transform: { kind: 'text' } },
      { target: 'ownerExternalId', source: 'OwnerId', required: false, transform: { kind: 'text' } },
      { target: 'amount', source: 'Amount', required: false, transform: { kind: 'decimal' } },
      { target: 'currency', source: 'CurrencyIsoCode', required: false, transform: { kind: 'text' } },
      { target: 'expectedCloseOn', source: 'CloseDate', required: false, transform: { kind: 'day' } },
      { target: 'openedAt', source: 'CreatedDate', required: false, transform: { kind: 'timestamp' } },
    ],
  },
  writes,
};
