import { z } from 'zod';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import type { Push } from '../../../db/app/stores/pushes.ts';
import type { Caller } from '../../locals.ts';
import { valuesFor } from '../pushes/schema.ts';
import { dealSchema } from './schema.ts';

export const listDeals = route({
  method: 'get',
  path: '/connections/:connectionId/deals',
  permission: 'record.read',
  summary: 'The connection’s deals, newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(dealSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.deals.list({ connectionId: found.connection.id, ...pageInput(query) });
    const open = await deps.stores.pushes.openOf({
      connectionId: found.connection.id,
      externalIds: items.map(({ externalId }) => externalId),
    });
    const shown = forEyesOf(caller);
    return {
      items: items.map((deal) => ({ ...deal, title: shown(deal.title), pending: pendingOf(caller, deal.externalId, open) })),
      nextCursor,
    };
  },
});

/** What is still to be written of a deal, the later over the earlier; and how the first of it stands. */
function pendingOf(caller: Caller, externalId: string, open: Push[]) {
  const own = open.filter((push) => push.externalId === externalId);
  const [first] = own;
  if (!first) return null;
  const values = Object.assign({}, ...own.map(({ wanted }) => wanted)) as Push['wanted'];
  return {
    values: valuesFor(caller, values),
    state: first.state,
    sentence: first.sentence && forEyesOf(caller)(first.sentence),
    askedAt: first.askedAt,
    pushIds: own.map(({ id }) => id),
  };
}
