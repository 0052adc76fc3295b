import { z } from 'zod';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { ErrorQueueStore } from '../../../db/app/stores/error-queue.ts';
import type { Deps } from '../../deps.ts';
import { afterClosing } from '../../push-work.ts';
import { route } from '../../route.ts';
import { moment, name } from '../../schemas.ts';
import { filterSchema } from './filter.ts';

const answer = z
  .object({
    closed: z.number().meta({ description: 'At most 5,000 at once, the oldest first.' }),
    left: z.number().meta({ description: 'Open items that the filter still finds: ask again.' }),
    closedAt: moment.meta({ description: 'Names what was closed here to `…/queue/reopen`, which undoes it.' }),
  })
  .meta({ id: 'ClosedItems' });

export const resolveQueueItems = route({
  method: 'post',
  path: '/connections/:connectionId/queue/resolve',
  permission: 'failure.work',
  summary: 'Say of all items that a filter finds that they were put right by hand',
  body: z.strictObject({ filter: filterSchema, note: name(280) }),
  answer,
  handle: ({ deps, found: { connection }, body: { filter, note }, audit }) =>
    close(deps, connection, { filter, to: 'resolved', note }, audit),
});

export const ignoreQueueItems = route({
  method: 'post',
  path: '/connections/:connectionId/queue/ignore',
  permission: 'failure.work',
  summary: 'Say of all items that a filter finds that they need not be done, and why',
  body: z.strictObject({ filter: filterSchema, reason: name(280) }),
  answer,
  handle: ({ deps, found: { connection }, body: { filter, reason: note }, audit }) =>
    close(deps, connection, { filter, to: 'ignored', note }, audit),
});

type Closing = Parameters<ErrorQueueStore['closeMany']>;

async function close(
  deps: Deps,
  connection: Connection,
  what: Pick<Closing[0], 'filter' | 'to' | 'note'>,
  audit: Closing[1],
): ReturnType<ErrorQueueStore['closeMany']> {
  const { id: connectionId, companyId } = connection;
  const answered = await deps.stores.errorQueue.closeMany({ connectionId, companyId, ...what }, audit);
  await afterClosing(deps, connection, audit.actor);
  return answered;
}
