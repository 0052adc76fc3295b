import { route } from '../../route.ts';
import { fallbackOf, optionsOf } from './options.ts';
import { deliveryDetailSchema, describeDelivery } from './schema.ts';

export const getMessage = route({
  method: 'get',
  path: '/messages/:deliveryId',
  permission: 'message.read',
  summary: 'One outgoing message with the history of its status and what a person may do about it',
  answer: deliveryDetailSchema,
  async handle({ deps, caller, found: { delivery } }) {
    return {
      ...describeDelivery(deps, caller, delivery),
      history: await deps.stores.deliveries.history(delivery.id),
      options: await optionsOf(deps, delivery),
      fallback: await fallbackOf(deps, caller, delivery),
    };
  },
});
