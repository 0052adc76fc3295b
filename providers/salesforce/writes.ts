import type { Writes } from '../contract.ts';
import { patchRecord, type SalesforceContext } from './client.ts';

/**
 * Opportunities. An org with one currency has no CurrencyIsoCode to be set; a close date and a stage are never empty.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm
 */
export const writes: Writes<SalesforceContext> = {
  fields: {
    Name: { kind: 'text', path: 'Name', clearable: false },
    StageName: { kind: 'text', path: 'StageName', clearable: false },
    Amount: { kind: 'decimal', path: 'Amount', clearable: true },
    CurrencyIsoCode: { kind: 'text', path: 'CurrencyIsoCode', clearable: false },
    CloseDate: { kind: 'day', path: 'CloseDate', clearable: false },
    OwnerId: { kind: 'text', path: 'OwnerId', clearable: false },
  },
  mapping: {
    object: 'deal',
    direction: 'out',
    externalId: 'Id',
    sourceUpdatedAt: 'SystemModstamp',
    fields: [
      { source: 'title', target: 'Name', required: true, transform: { kind: 'text' } },
      { source: 'stage', target: 'StageName', required: true, transform: { kind: 'text' } },
      { source: 'amount', target: 'Amount', required: false, transform: { kind: 'decimal' } },
      { source: 'currency', target: 'CurrencyIsoCode', required: false, transform: { kind: 'text' } },
      { source: 'expectedCloseOn', target: 'CloseDate', required: true, transform: { kind: 'day' } },
      { source: 'ownerExternalId', target: 'OwnerId', required: true, transform: { kind: 'text' } },
    ],
  },
  idempotency: 'sets',
  async write(context, { externalId, values, signal }) {
    const { Amount, ...texts } = values;
    // A number in JSON; as text it is refused.
    const fields = { ...texts, ...(Amount !== undefined && { Amount: Amount === null ? null : Number(Amount) }) };
    await patchRecord(context, 'Opportunity', { id: externalId, fields, signal });
  },
};
