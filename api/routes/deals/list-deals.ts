import { z } from 'zod';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
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
    const shown = forEyesOf(caller);
    return { items: items.map((deal) => ({ ...deal, title: shown(deal.title) })), nextCursor };
  },
});
