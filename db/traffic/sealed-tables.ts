import type { SealedTable } from '../sealed/table.ts';
import { normalizedBinding } from './settle-events.ts';
import { payloadBinding } from './store-batch.ts';

/** Every table of the traffic database with a `key_version`: a rotation seals their values again. */
export const trafficSealedTables: SealedTable[] = [
  {
    name: 'integration_raw_payloads',
    key: [
      { name: 'received_on', kind: 'day' },
      { name: 'connection_id', kind: 'text' },
      { name: 'dedupe_hash', kind: 'bytes' },
    ],
    sealed: 'body',
    // Straight, so that the payloads are walked in the order of their key.
    join: 'STRAIGHT_JOIN integration_raw_events e ON e.connection_id = t.connection_id AND e.dedupe_hash = t.dedupe_hash',
    further: { companyId: 'e.company_id' },
    placeOf: ({ connection_id: connectionId, dedupe_hash: hash, companyId }) => ({
      scope: companyId!,
      boundTo: payloadBinding(connectionId!, Buffer.from(hash!, 'hex')),
    }),
  },
  {
    name: 'integration_normalized_events',
    key: [
      { name: 'raw_event_id', kind: 'number' },
      { name: 'position', kind: 'number' },
    ],
    sealed: 'body',
    join: 'STRAIGHT_JOIN integration_raw_events e ON e.id = t.raw_event_id',
    further: { connectionId: 't.connection_id', companyId: 'e.company_id' },
    placeOf: ({ raw_event_id: eventId, position, connectionId, companyId }) => ({
      scope: companyId!,
      boundTo: normalizedBinding(connectionId!, eventId!, Number(position)),
    }),
  },
];
