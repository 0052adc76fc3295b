import type { Stream } from '../contract.ts';
import type { SalesforceContext } from './client.ts';
import { readByIds, readChanges, type Source } from './changes.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm */
const source: Source = {
  object: 'Contact',
  prepare: async () => null,
  fields: () => ['Id', 'Name', 'Email', 'Phone', 'Account.Name', 'IsDeleted', 'MasterRecordId', 'CreatedDate', 'SystemModstamp'],
  complete: async (_context, rows) => rows,
};

export const contacts: Stream<SalesforceContext> = {
  object: 'contact',
  label: 'Contacts',
  cadenceS: 60 * 60,
  fetchPage: readChanges(source),
  fetchByIds: readByIds(source),
  mapping: {
    object: 'contact',
    externalId: 'Id',
    sourceUpdatedAt: 'SystemModstamp',
    fields: [
      { target: 'name', source: 'Name', required: false, transform: { kind: 'text' } },
      { target: 'email', source: 'Email', required: false, transform: { kind: 'text' } },
      { target: 'phone', source: 'Phone', required: false, transform: { kind: 'text' } },
      { target: 'organisation', source: 'Account.Name', required: false, transform: { kind: 'text' } },
    ],
  },
};
