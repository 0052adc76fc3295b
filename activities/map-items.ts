/** Records that wait in the error queue, mapped as they came by the mapping in force. */
import { consequences } from '../domain/failure.ts';
import { canonicalObjects, type CanonicalObject, type CanonicalRecord } from '../domain/records.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { QueueInput, QueueItem } from '../db/app/stores/error-queue.ts';
import type { StoredEvent } from '../db/traffic/stores/events.ts';
import type { ActivityDeps } from './deps.ts';
import { mapPage } from './map-page.ts';

interface Fit {
  item: QueueItem;
  record: CanonicalRecord;
  mappingVersion: number;
}
export interface MappedItems {
  fit: Fit[];
  /** As the queue takes it, with why. */
  unfit: { item: QueueItem; failure: QueueInput }[];
  /** What came is past its retention. */
  gone: QueueItem[];
}

/** Each list in the order of the items. */
export async function mapItems(deps: ActivityDeps, connection: Connection, items: QueueItem[]): Promise<MappedItems> {
  const ids = items.flatMap(({ rawEventId }) => rawEventId ?? []);
  const kept = new Map((await deps.traffic.events.byIds(connection.id, ids)).map(({ id, event }) => [id, event]));
  const there: { item: QueueItem; event: StoredEvent }[] = [];
  const mapped: MappedItems = { fit: [], unfit: [], gone: [] };
  for (const item of items) {
    const event = item.rawEventId === null ? undefined : kept.get(item.rawEventId);
    if (event) there.push({ item, event });
    else mapped.gone.push(item);
  }
  for (const object of canonicalObjects) await mapObject(object);
  const inOrder = (one: { item: QueueItem }, other: { item: QueueItem }) => (one.item.id < other.item.id ? -1 : 1);
  mapped.fit.sort(inOrder);
  return mapped;

  async function mapObject(object: CanonicalObject): Promise<void> {
    const of = there.filter(({ event }) => event.type === object);
    if (of.length === 0) return;
    const mapping = await deps.app.mappings.current(connection.id, object);
    if (!mapping) {
      for (const { item } of of) mapped.unfit.push({ item, failure: { ...item, sentence: item.sentence } });
      return;
    }
    const raws = of.map(({ event }) => event.data['record']);
    const { mapped: records, rejected } = await mapPage(deps, connection, mapping, raws);
    const { version: mappingVersion } = mapping;
    let next = 0;
    of.forEach(({ item, event }, index) => {
      const why = rejected.find(({ raw }) => raw === raws[index]);
      if (!why) {
        const record = { ...records[next]!, rawEventId: event.id, toldAt: event.storedAt.toISOString() };
        next += 1;
        mapped.fit.push({ item, record, mappingVersion });
        return;
      }
      const { sentence, waitsFor } = why;
      const mend = waitsFor === undefined ? 'mapping' : waitsFor === null ? 'person' : 'franchise_key';
      const words = `${consequences.record_rejected.meaning} ${sentence}`;
      mapped.unfit.push({ item, failure: { ...item, code: 'record_rejected', sentence: words, mend, waitsFor, mappingVersion } });
    });
  }
}
