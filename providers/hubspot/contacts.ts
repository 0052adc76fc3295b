/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide */
import type { Stream } from '../contract.ts';
import type { HubspotContext } from './client.ts';
import { readPage } from './read-changes.ts';
import { mergedAway, readByIds, type RawRecord } from './records.ts';

const object = 'contacts';
/** Contacts have another name for it than every other object. https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm */
const timeProperty = 'lastmodifieddate';
const properties = ['firstname', 'lastname', 'email', 'phone', 'company'];

const propertiesOf = ({ settings }: HubspotContext) => [...properties, ...(settings.contactProperties ?? [])];

export const contacts: Stream<HubspotContext> = {
  object: 'contact',
  label: 'Contacts',
  cadenceS: 15 * 60,
  fetchPage: (context, input) =>
    readPage(context, {
      ...input,
      object,
      timeProperty,
      properties: [...propertiesOf(context), 'hs_merged_object_ids'],
      complete: async (found) => ({ records: found.map(withName), deleted: mergedAway(found, timeProperty) }),
    }),
  async fetchByIds(context, { externalIds, now, signal }) {
    const input = { object, timeProperty, properties: propertiesOf(context), now, signal } as const;
    const { records, deleted } = await readByIds(context, externalIds, input);
    return { records: records.map(withName), deleted };
  },
  mapping: {
    object: 'contact',
    externalId: 'id',
    sourceUpdatedAt: `properties.${timeProperty}`,
    fields: [
      { target: 'name', source: 'derived.name', required: false, transform: { kind: 'text' } },
      { target: 'email', source: 'properties.email', required: false, transform: { kind: 'text' } },
      { target: 'phone', source: 'properties.phone', required: false, transform: { kind: 'text' } },
      { target: 'organisation', source: 'properties.company', required: false, transform: { kind: 'text' } },
    ],
  },
};

/** HubSpot gives a name in two parts. */
function withName(contact: RawRecord) {
  const { firstname, lastname } = contact.properties;
  const name = [firstname, lastname].filter((part) => typeof part === 'string' && part !== '').join(' ');
  return { ...contact, derived: { name: name === '' ? null : name } };
}
