import { z } from 'zod';
import { deliveryStatuses } from '../../../domain/delivery-status.ts';
import { route } from '../../route.ts';
import { idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { deliverySchema, describeDelivery } from './schema.ts';

export const listMessages = route({
  method: 'get',
  path: '/companies/:companyId/messages',
  permission: 'message.read',
  summary: 'A company’s outgoing messages, newest first',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), status: z.enum(deliveryStatuses).optional() }),
  answer: pageOf(deliverySchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.deliveries.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((delivery) => describeDelivery(deps, caller, delivery)), nextCursor };
  },
});
