/** What stored events mean in our words, and whose it is. */
import { oversizedFields } from '../domain/field-limits.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Mend } from '../domain/failed-work.ts';
import type { Homeless } from '../domain/franchise.ts';
import type { MappingSet } from '../domain/mapping.ts';
import {
  canonicalObjects,
  isInbound,
  type CanonicalObject,
  type CanonicalRecord,
  type NormalizedEvent,
} from '../domain/records.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import { findOwners, type Owner } from './attribution.ts';
import type { ActivityDeps } from './deps.ts';
import { toRecords } from './to-record.ts';

export interface Understood {
  event: StoredEvent;
  normalized: NormalizedEvent[];
  record?: { record: CanonicalRecord; mappingVersion: number };
}
/** Why an event cannot be applied. */
export interface Unfit {
  sentence: string;
  code: FailureCode;
  mend: Mend;
  waitsFor?: string | null;
  object?: CanonicalObject;
  /** Of the mapping that it does not fit. */
  mappingVersion?: number;
}
/** Whose it is; without a company it waits in the error queue. */
export type Owned = Understood & ({ companyId: string } | ({ companyId: null } & Homeless));

/** For the events of one batch: each mapping is read once. */
export function eventReader(deps: ActivityDeps, connection: Connection) {
  const provider = deps.getProvider(connection.providerKey);
  const read = new Map<CanonicalObject, Promise<MappingSet | null>>();
  const mappingOf = (object: CanonicalObject) => {
    const mapping = read.get(object) ?? deps.app.mappings.current(connection.id, object);
    read.set(object, mapping);
    return mapping;
  };

  const isSynced = (object: CanonicalObject) => Object.values(provider.streams).some((stream) => stream.object === object);

  return {
    async understand(event: StoredEvent): Promise<Understood | Unfit> {
      if (event.source === 'webhook') {
        const normalized = normalize(event);
        if (!normalized) return { sentence: notUnderstood(event.type), code: 'defect', mend: 'time' };
        const faults = normalized.flatMap((meant) => oversizedFields('fields' in meant ? { ...meant, ...meant.fields } : meant));
        if (faults.length > 0)
          return {
            sentence: faults.map(({ field, message }) => `${field} ${message}`).join('; '),
            code: 'record_rejected',
            mend: 'person',
          };
        for (const meant of normalized)
          if (meant.kind === 'record_changed' && isSynced(meant.object) && !(await mappingOf(meant.object)))
            return { ...waitsForMapping(unmapped(meant.object)), object: meant.object };
        return { event, normalized };
      }
      const object = canonicalObjects.find((name): name is CanonicalObject => name === event.type);
      const mapping = object && (await mappingOf(object));
      if (!mapping) return waitsForMapping(unmapped(event.type));
      const [mapped] = await toRecords(provider, mapping, [event.data['record']]);
      if ('issues' in mapped!) {
        const sentence = mapped.issues.map(({ path, message }) => `${path} ${message}`).join('; ');
        return { ...waitsForMapping(sentence), object, mappingVersion: mapping.version };
      }
      return { event, normalized: [], record: { record: mapped!.record, mappingVersion: mapping.version } };
    },

    /** On a connection that franchises feed, each record is one company's; elsewhere all are the connection's company's. */
    async own(understood: Understood[]): Promise<Owned[]> {
      const owners = new Map<Understood, Owner>();
      for (const object of canonicalObjects) {
        const told = understood.flatMap((each) => recordOf(object, each) ?? []);
        if (told.length === 0) continue;
        const found = await findOwners(deps, connection, await mappingOf(object), told);
        told.forEach(({ of }, index) => owners.set(of, found[index]!));
      }
      const { companyId } = connection;
      return understood.map((each) => ({ ...each, companyId: null, ...(owners.get(each) ?? { companyId }) }));
    },
  };

  /** One event that its provider's code cannot read must not stop those behind it. */
  function normalize(event: StoredEvent): NormalizedEvent[] | null {
    try {
      return provider.normalize(asInbound(event));
    } catch {
      return null;
    }
  }

  /** The record of this kind that is told of, if one is. */
  function recordOf(object: CanonicalObject, of: Understood) {
    const { event, normalized, record } = of;
    if (record) {
      if (record.record.object !== object) return undefined;
      const { externalId } = record.record;
      return { of, externalId, raw: event.data['record'], isInbound: isInbound(record.record) };
    }
    const told = normalized.find(({ kind }) => kind === 'message_received' || kind === 'message_status');
    if (!told || object !== 'message') return undefined;
    const raw = provider.asRecord?.(asInbound(event)) ?? {};
    return { of, externalId: told.externalId, raw, isInbound: told.kind === 'message_received' };
  }
}

const waitsForMapping = (sentence: string) => ({ sentence, code: 'record_rejected' as const, mend: 'mapping' as const });
const notUnderstood = (type: string) =>
  `The event of type "${type}" could not be read: tell the people who run Linkwright, with this item's id.`;
const unmapped = (object: string) => `There is no published mapping for "${object}": publish one, then retry.`;

function asInbound({ type, data, occurredAt, storedAt }: StoredEvent) {
  return { type, data, occurredAt: (occurredAt ?? storedAt).toISOString() };
}
