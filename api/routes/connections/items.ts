import { z } from 'zod';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { Deps } from '../../deps.ts';
import type { Caller } from '../../locals.ts';
import { runsOfDaySchema, runsOfLastDays } from '../syncs/days.ts';
import { findOwners } from './owners.ts';
import { connectionSchema, describeConnection, describeFreshness, freshnessSchema, ownerSchema } from './schema.ts';

export const connectionItemSchema = connectionSchema
  .extend({
    owner: ownerSchema.nullable(),
    freshness: freshnessSchema,
    runsByDay: z
      .array(runsOfDaySchema)
      .optional()
      .meta({ description: 'Where `days` was asked: each of them (UTC), oldest first, by when the runs began.' }),
  })
  .meta({ id: 'Connection' });

/** A page of connections. Whatever is told beside each is read for all at once. */
export async function describeItems(
  deps: Deps,
  caller: Caller,
  connections: Connection[],
  days: number | undefined,
): Promise<z.input<typeof connectionItemSchema>[]> {
  const ids = connections.map(({ id }) => id);
  const ownerOf = await findOwners(deps, connections);
  const freshWithin = await deps.stores.connections.freshWithin(ids);
  const runsOf = days && (await runsOfLastDays(deps, ids, days));
  return connections.map((connection) => ({
    ...describeConnection(deps, caller, connection),
    owner: ownerOf(connection),
    freshness: describeFreshness(connection, freshWithin.get(connection.id)!),
    ...(runsOf && { runsByDay: runsOf(connection.id) }),
  }));
}
