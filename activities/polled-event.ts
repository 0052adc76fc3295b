import { createHash } from 'node:crypto';
import type { MappingSet } from '../domain/mapping.ts';
import type { CanonicalObject } from '../domain/records.ts';
import type { ConnectionRef } from './deps.ts';

/** A record that a sync could not map is kept as a raw event: it can be repaired and applied later, like any other event. */
export function polledEvent(ref: ConnectionRef, { object }: Pick<MappingSet, 'object'>, raw: unknown, receivedAt: Date) {
  const text = JSON.stringify(raw);
  return {
    connectionId: ref.connectionId,
    companyId: ref.companyId,
    providerKey: ref.providerKey,
    source: 'poll' as const,
    // By content: the same bad record of an overlapping window is a duplicate, a changed one is a new event.
    key: `poll:${object}:${createHash('sha256').update(text).digest('hex')}`,
    type: object satisfies CanonicalObject,
    occurredAt: null,
    receivedAt,
    data: { record: raw },
  };
}
