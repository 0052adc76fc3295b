/**
 * Records that webhooks told of, as the provider has them now. A webhook says that something changed, the provider's own history says
 * what: so webhooks that come late, twice or out of order, and a sync that runs beside them, all write the same rows.
 */
import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import type { FailureCode } from '../domain/failure.ts';
import { isDeletable, type CanonicalObject, type NormalizedEvent } from '../domain/records.ts';
import { idsMax, type Records, type Stream } from '../providers/contract.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import { mapPage } from './map-page.ts';
import { polledEvent } from './polled-event.ts';
import { openConnection, type OpenedConnection } from './provider-call.ts';

/** A stored event with what it means. */
interface Meant {
  event: { id: string };
  normalized: NormalizedEvent[];
}
/** By event id, why the provider would not give the record that it tells of. */
export type Refused = Map<string, string>;

/**
 * Fetches and writes them, and answers which events the provider refused a record for. Throws when the provider cannot be asked now:
 * the events stay stored.
 */
export async function writeToldRecords(deps: ActivityDeps, connection: Connection, events: Meant[]): Promise<Refused> {
  const refused: Refused = new Map();
  const told = events.flatMap(({ event, normalized }) => normalized.map((meant) => ({ ...meant, eventId: event.id })));
  await writeDeleted(
    deps,
    connection,
    told.filter((meant) => meant.kind === 'record_deleted'),
  );
  const changed = told.filter((meant) => meant.kind === 'record_changed');
  if (changed.length === 0) return refused;
  const opened = await openConnection(deps, connection.id);
  for (const stream of Object.values(opened.provider.streams)) {
    const eventIds = groupById(changed.filter(({ object }) => object === stream.object));
    const ids = [...eventIds.keys()];
    for (let at = 0; at < ids.length; at += idsMax) {
      await writeChanged(deps, opened, stream, eventIds, ids.slice(at, at + idsMax), refused);
      // Where each record costs a call of its own, a whole batch takes longer than a heartbeat may.
      heartbeat({ fetched: at });
    }
  }
  return refused;
}

/** Records that were just written at the provider, as it has them now: no event told of them yet. */
export async function writeRecordsOf(
  deps: ActivityDeps,
  opened: OpenedConnection,
  stream: Stream,
  externalIds: string[],
): Promise<void> {
  for (let at = 0; at < externalIds.length; at += idsMax) {
    const ids = externalIds.slice(at, at + idsMax);
    await writeChanged(deps, opened, stream, new Map(ids.map((id) => [id, []])), ids, new Map());
  }
}

/** Each record is fetched once, however many events tell of it. */
function groupById(changed: { externalId: string; eventId: string }[]): Map<string, string[]> {
  const eventIds = new Map<string, string[]>();
  for (const { externalId, eventId } of changed) eventIds.set(externalId, [...(eventIds.get(externalId) ?? []), eventId]);
  return eventIds;
}

/** A deletion needs no look: what was restored since is told of by an event of its own, or by the next sync. */
async function writeDeleted(
  { app }: ActivityDeps,
  connection: Connection,
  told: Extract<NormalizedEvent, { kind: 'record_deleted' }>[],
): Promise<void> {
  for (const object of new Set(told.map((each) => each.object)))
    if (isDeletable(object))
      await app.records.applyRecords({
        connectionId: connection.id,
        companyId: connection.companyId,
        mappingVersion: null,
        records: [],
        deleted: {
          object,
          records: told
            .filter((each) => each.object === object)
            .map(({ externalId, occurredAt, mergedInto }) => ({ externalId, at: occurredAt, mergedInto })),
        },
      });
}

/** One record that the provider refuses must not hold up the others: the ids are halved until it stands alone. */
async function writeChanged(
  deps: ActivityDeps,
  opened: OpenedConnection,
  stream: Stream,
  eventIds: Map<string, string[]>,
  externalIds: string[],
  refused: Refused,
): Promise<void> {
  if (!stream.fetchByIds) return;
  let fetched: Records;
  try {
    fetched = await opened.call((context) => stream.fetchByIds!(context, { externalIds, now: deps.now() }));
  } catch (error) {
    if (!isRejection(error)) throw error;
    if (externalIds.length === 1) {
      for (const id of eventIds.get(externalIds[0]!)!) refused.set(id, error.message);
      return;
    }
    const half = Math.ceil(externalIds.length / 2);
    for (const ids of [externalIds.slice(0, half), externalIds.slice(half)])
      await writeChanged(deps, opened, stream, eventIds, ids, refused);
    return;
  }
  await writeFetched(deps, opened.connection, stream.object, fetched, eventIds);
}

const rejection: FailureCode = 'record_rejected';
const isRejection = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.type === rejection;

async function writeFetched(
  deps: ActivityDeps,
  connection: Connection,
  object: CanonicalObject,
  { records: raws, deleted = [] }: Records,
  eventIds: Map<string, string[]>,
): Promise<void> {
  const { app, traffic } = deps;
  const { id: connectionId, companyId } = connection;
  // The reader refuses events about an object that has no mapping.
  const mapping = (await app.mappings.current(connectionId, object))!;
  const { mapped, rejected } = await mapPage(deps, connection, mapping, raws);
  await app.records.applyRecords({
    connectionId,
    companyId,
    mappingVersion: mapping.version,
    records: mapped.map((record) => {
      const rawEventId = eventIds.get(record.externalId)?.at(-1);
      return { ...record, ...(rawEventId !== undefined && { rawEventId }) };
    }),
    ...(isDeletable(object) && { deleted: { object, records: deleted } }),
  });
  // As in a sync: what cannot be mapped is kept as it came, and drained in its turn.
  if (rejected.length > 0)
    await traffic.events.storeBatch(
      rejected.map(({ raw }) => polledEvent({ ...connection, connectionId }, mapping, raw, deps.now())),
    );
}
