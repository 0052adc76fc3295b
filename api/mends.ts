import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import type { MappingSet } from '../domain/mapping.ts';
import { describeMends, estimateMends } from '../domain/mends.ts';
import { mapperOf } from '../mapping/mapper.ts';
import type { Deps } from './deps.ts';
import { filterSchema } from './routes/failures/filter.ts';

/** Records that are really mapped, the oldest first; with more waiting, the share of these is taken for all. */
const mappedMax = 500;

export const mendsSchema = z
  .object({
    items: z.number().meta({ description: 'Open items that fit the mapping now.' }),
    waiting: z.number().meta({ description: 'Open items that wait for a mapping of this object.' }),
    isEstimate: z.boolean().meta({ description: `More than ${mappedMax} wait: the first were mapped, and stand for all.` }),
    sentence: z.string(),
    filter: filterSchema.meta({ description: 'For POST …/queue/previews and POST …/queue/replays.' }),
  })
  .meta({ id: 'Mends' });

/** How many open items a mapping mends that was just published; judged by mapping what is kept of them. */
export async function mendsOf(
  { stores, traffic }: Pick<Deps, 'stores' | 'traffic'>,
  { id: connectionId }: Connection,
  mapping: MappingSet,
): Promise<z.input<typeof mendsSchema>> {
  const filter = { mend: 'mapping' as const, object: mapping.object };
  // What is written to the provider mends nothing that came from it.
  const waiting = mapping.direction === 'out' ? 0 : await stores.errorQueue.count(connectionId, filter);
  const items = waiting === 0 ? [] : await stores.errorQueue.oldest(connectionId, filter, mappedMax);
  const records = items.filter(({ kind }) => kind === 'record').flatMap(({ rawEventId }) => rawEventId ?? []);
  const kept = (await traffic.events.polledByIds(connectionId, records)).filter((record) => 'raw' in record);
  const results = kept.length === 0 ? [] : await mapperOf(mapping)(kept.map(({ raw }) => raw));
  // An event waited for any mapping at all.
  const events = items.filter(({ kind }) => kind === 'event').length;
  const fit = events + results.filter((result) => 'record' in result).length;
  const mends = estimateMends({ waiting, looked: items.length, fit });
  return { ...mends, waiting, sentence: describeMends(mends), filter };
}
