import { cancelDeliveryUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { commandMessage } from './command-message.ts';

export const cancelMessage = route({
  method: 'post',
  path: '/messages/:deliveryId/cancel',
  permission: 'message.send',
  summary: 'Withdraw a message that was not handed to the provider yet',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, caller, audit }) =>
    commandMessage(deps, found.delivery, 'message.cancelDelivery', cancelDeliveryUpdate, { by: caller.actor }, audit),
});
