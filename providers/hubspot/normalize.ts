import { deletableObjects, type DeletableObject, type NormalizedEvent } from '../../domain/records.ts';
import type { InboundEvent } from '../contract.ts';

/** Newer apps name the object by the id of its type. https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm */
const objectOfType: Record<string, DeletableObject> = { '0-1': 'contact', '0-3': 'deal' };

/**
 * What a stored event means. It is a hint: the record is read, because its history alone tells all that happened. Types that are not
 * named here mean nothing to us. https://developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide
 */
export function normalize({ type, occurredAt: at, data }: Omit<InboundEvent, 'key'>): NormalizedEvent[] {
  const [subject, verb = ''] = type.split('.');
  const object =
    subject === 'object' ? objectOfType[String(data['objectTypeId'])] : deletableObjects.find((name) => name === subject);
  const occurredAt = at ?? new Date().toISOString();
  const changed = (of: DeletableObject, externalId: string | null): NormalizedEvent[] =>
    externalId === null ? [] : [{ kind: 'record_changed', object: of, externalId, occurredAt }];
  const deleted = (of: DeletableObject, externalId: string | null, mergedInto: string | null = null): NormalizedEvent[] =>
    externalId === null ? [] : [{ kind: 'record_deleted', object: of, externalId, occurredAt, mergedInto }];

  // Of an association only the deal knows: its contact may be another now.
  if (verb === 'associationChange') return changed('deal', associatedDeal(data));
  if (!object) return [];
  switch (verb) {
    case 'creation':
    case 'propertyChange':
    case 'restore':
      return changed(object, idOf(data['objectId']));
    case 'deletion':
    case 'privacyDeletion':
      return deleted(object, idOf(data['objectId']));
    case 'merge': {
      const primary = idOf(data['primaryObjectId']);
      // A merge makes a new record in most cases, and then the primary one is gone as well.
      const winner = idOf(data['newObjectId']) ?? primary;
      const others = Array.isArray(data['mergedObjectIds']) ? data['mergedObjectIds'].map(idOf) : [];
      const losers = new Set([primary, ...others].filter((id) => id !== winner));
      return [...[...losers].flatMap((id) => deleted(object, id, winner)), ...changed(object, winner)];
    }
    default:
      return [];
  }
}

function associatedDeal({
  associationType,
  fromObjectId,
  toObjectId,
  fromObjectTypeId,
  toObjectTypeId,
}: Record<string, unknown>) {
  if (associationType === 'DEAL_TO_CONTACT' || (fromObjectTypeId === '0-3' && toObjectTypeId === '0-1'))
    return idOf(fromObjectId);
  if (associationType === 'CONTACT_TO_DEAL' || (fromObjectTypeId === '0-1' && toObjectTypeId === '0-3')) return idOf(toObjectId);
  return null;
}

/** 0 stands for none. */
function idOf(value: unknown): string | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^[1-9]\d{0,19}$/.test(text) ? text : null;
}
