import { z } from 'zod';
import { decideDeliveryUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { commandMessage } from './command-message.ts';

export const decideMessage = route({
  method: 'post',
  path: '/messages/:deliveryId/decide',
  permission: 'message.decide',
  summary: 'Say what a look at the provider showed of an ambiguous message: it went out, send it again, or leave it',
  body: z.strictObject({ decision: z.enum(['was_sent', 'send_again', 'abandon']) }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, body, caller, audit }) =>
    commandMessage(
      deps,
      found.delivery,
      'message.decideDelivery',
      decideDeliveryUpdate,
      { by: caller.actor, decision: body.decision },
      audit,
    ),
});
