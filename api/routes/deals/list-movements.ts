import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { dealMovementSchema } from './schema.ts';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const listDealMovements = route({
  method: 'get',
  path: '/connections/:connectionId/deal-movements',
  permission: 'record.read',
  summary: 'Which deals went from which stage to which, and what told of it; newest first',
  query: z.strictObject({
    ...pageQuery,
    dealExternalId: z.string().min(1).max(255).optional(),
    from: time.optional().meta({ description: 'The deal moved at this time or later.' }),
    until: time.optional().meta({ description: 'The deal moved before this time.' }),
  }),
  answer: pageOf(dealMovementSchema),
  async handle({ deps, found, query: { dealExternalId, from, until, ...page } }) {
    return deps.stores.deals.movements({ connectionId: found.connection.id, dealExternalId, from, until, ...pageInput(page) });
  },
});
