import type { DeletableObject, NormalizedEvent } from '../../domain/records.ts';
import type { InboundEvent } from '../contract.ts';

const objects: Record<string, DeletableObject> = { deal: 'deal', person: 'contact' };

/**
 * What a stored webhook means. It tells that a record changed, not what: the log of a deal knows what was in between. A merge sends
 * two, a deletion that names the record which stays and a change that names the one which is gone; either says it all.
 */
export function normalize({ type, occurredAt: at, data }: Omit<InboundEvent, 'key'>): NormalizedEvent[] {
  const [action, entity = ''] = type.split('.');
  const object = Object.hasOwn(objects, entity) ? objects[entity] : undefined;
  const { meta } = data as { meta?: Record<string, unknown> | null };
  const externalId = idOf(meta?.['entity_id']);
  if (!object || externalId === null) return [];
  const occurredAt = at ?? new Date().toISOString();

  if (action === 'delete')
    return [{ kind: 'record_deleted', object, externalId, occurredAt, mergedInto: idOf(meta?.['merged_to_id']) }];
  if (action !== 'create' && action !== 'change') return [];
  const changed: NormalizedEvent = { kind: 'record_changed', object, externalId, occurredAt };
  const merged = idOf(meta?.['merged_from_id']);
  if (merged === null) return [changed];
  return [changed, { kind: 'record_deleted', object, externalId: merged, occurredAt, mergedInto: externalId }];
}

function idOf(value: unknown): string | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^\d{1,15}$/.test(text) ? text : null;
}
