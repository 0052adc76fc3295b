/** Records by their ids, those that were merged or archived meanwhile among them. */
import { z } from 'zod';
import type { DeletedRecord } from '../../domain/records.ts';
import type { HubspotContext } from './client.ts';
import { readJson } from './patience.ts';

/** As HubSpot gives it; what is not looked at here is kept as it came. */
export type RawRecord = Record<string, unknown> & { id: string; properties: Record<string, unknown> };

/** Looked at and taken as it is: a schema with keys would copy each of thousands of records. */
export const rawRecord = z.custom<RawRecord>((value) => {
  const { id, properties } = (value ?? {}) as Partial<RawRecord>;
  return typeof id === 'string' && typeof properties === 'object' && properties !== null;
});

interface ReadInput {
  object: 'deals' | 'contacts';
  timeProperty: string;
  properties: readonly string[];
  withHistory?: readonly string[];
  now: Date;
  signal?: AbortSignal | undefined;
}

/** Ids that one call takes; half as many with histories. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide */
const batchMax = 100;
const batchWithHistoryMax = 50;
/** Calls at once: HubSpot takes 110 in ten seconds. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
const callsAtOnce = 4;

const batchSchema = z.object({ results: z.array(rawRecord) });

export async function readByIds(
  context: HubspotContext,
  ids: string[],
  input: ReadInput,
): Promise<{ records: RawRecord[]; deleted: DeletedRecord[] }> {
  const asked = [...new Set(ids)];
  const { properties, withHistory } = input;
  const body = {
    properties: [...properties, input.timeProperty, 'hs_merged_object_ids'],
    ...(withHistory && { propertiesWithHistory: withHistory }),
  };
  const found = new Map<string, RawRecord>();
  // A merged record is answered with the one that took it in, which may have been asked for as well.
  for (const record of await batches(context, asked, input, body)) found.set(record.id, record);
  const records = [...found.values()];
  const merged = mergedAway(records, input.timeProperty);
  const known = new Set([...found.keys(), ...merged.map(({ externalId }) => externalId)]);
  const missing = asked.filter((id) => !known.has(id));
  return { records, deleted: [...merged, ...(await readArchived(context, missing, input))] };
}

/** The records that each of these has taken in, as of the time when it was last changed. */
export function mergedAway(records: RawRecord[], timeProperty: string): DeletedRecord[] {
  return records.flatMap((record) => {
    const { [timeProperty]: at } = record.properties;
    return typeof at === 'string' ? takenIn(record, at) : [];
  });
}

/** The records that this one has taken in, those that they had taken in before among them. */
export function takenIn({ id, properties }: Pick<RawRecord, 'id' | 'properties'>, at: string): DeletedRecord[] {
  const { hs_merged_object_ids: ids } = properties;
  const others = typeof ids === 'string' ? ids.split(';').filter((other) => /^\d+$/.test(other) && other !== id) : [];
  return others.map((externalId) => ({ externalId, at, mergedInto: id }));
}

/** When each was archived; of one that HubSpot no longer knows at all it is only known that it is gone now. */
async function readArchived(context: HubspotContext, ids: string[], input: ReadInput): Promise<DeletedRecord[]> {
  if (ids.length === 0) return [];
  const { withHistory: _, ...withoutHistory } = input;
  const archived = await batches(context, ids, withoutHistory, { properties: [] }, { archived: true });
  const times = new Map(archived.map(({ id, archivedAt }) => [id, archivedAt]));
  return ids.map((externalId) => {
    const at = times.get(externalId);
    return { externalId, at: typeof at === 'string' ? at : input.now.toISOString(), mergedInto: null };
  });
}

async function batches(
  context: HubspotContext,
  ids: string[],
  { object, withHistory, signal }: ReadInput,
  body: object,
  query?: { archived: true },
): Promise<RawRecord[]> {
  const size = withHistory ? batchWithHistoryMax : batchMax;
  const parts = Array.from({ length: Math.ceil(ids.length / size) }, (_, part) => ids.slice(part * size, (part + 1) * size));
  const results: RawRecord[] = [];
  while (parts.length > 0) {
    const answers = parts.splice(0, callsAtOnce).map((part) =>
      readJson(
        context,
        {
          method: 'POST',
          path: `/crm/v3/objects/${object}/batch/read`,
          ...(query && { query }),
          body: { ...body, inputs: part.map((id) => ({ id })) },
          signal,
        },
        batchSchema,
      ),
    );
    for (const answer of await Promise.all(answers)) results.push(...answer.results);
  }
  return results;
}
