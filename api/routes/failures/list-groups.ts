import { z } from 'zod';
import { route } from '../../route.ts';
import { idSchema, moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { filterFields, filterSchema } from './filter.ts';
import { describeQueueItem, queueItemSchema } from './schema.ts';

const groupSchema = z
  .object({
    connection: z.object({ id: z.string(), label: z.string(), providerKey: z.string() }),
    filter: filterSchema.meta({ description: 'Finds exactly these items, for previews, replays and closing many.' }),
    items: z.number(),
    dead: z.number().meta({ description: 'Of them: those that wait for a person.' }),
    retrying: z.number().meta({ description: 'Those that are being tried again now.' }),
    firstSeenAt: moment,
    lastSeenAt: moment,
    nextAttemptAt: moment.nullable().meta({ description: 'When the next of them is tried again by itself.' }),
    newest: queueItemSchema.meta({ description: 'Its sentence speaks for the others, whose values alone differ.' }),
  })
  .meta({ id: 'FailureGroup' });

export const listQueueGroups = route({
  method: 'get',
  path: '/companies/:companyId/queue/groups',
  permission: 'failure.read',
  summary: 'Open failed work by its cause, counted; the cause that was added to last comes first',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), reason: filterFields.reason }),
  answer: pageOf(groupSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.errorQueue.groups({ companyId: found.company.id, ...pageInput(query) });
    return {
      items: items.map(({ reason, newest, ...group }) => ({
        ...group,
        filter: reason === null ? { itemIds: [newest.id] } : { reason },
        newest: describeQueueItem(deps, caller, newest),
      })),
      nextCursor,
    };
  },
});
