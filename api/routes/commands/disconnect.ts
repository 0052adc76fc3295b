import { z } from 'zod';
import { disconnectUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { route } from '../../route.ts';
import { plainWords, verdictSchema } from '../../schemas.ts';

export const disconnect = route({
  method: 'post',
  path: '/connections/:connectionId/disconnect',
  permission: 'connection.disconnect',
  summary: 'Disconnect: Schedules end and the credentials are forgotten; the records stay',
  body: z.strictObject({ reason: plainWords(200) }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found, body, caller, audit }) {
    const given = { by: caller.actor, reason: body.reason };
    const answer = await commandConnection(deps, found.connection, 'disconnect', disconnectUpdate, given, audit);
    deps.webhookTargets.forget(found.connection.id);
    return answer;
  },
});
