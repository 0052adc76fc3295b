import { z } from 'zod';
import { pauseUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { route } from '../../route.ts';
import { plainWords, verdictSchema } from '../../schemas.ts';

export const pause = route({
  method: 'post',
  path: '/connections/:connectionId/pause',
  permission: 'connection.pause',
  summary: 'Pause: no sync starts, and events that arrive are kept until the resume',
  body: z.strictObject({ reason: plainWords(200) }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, body, caller, audit }) =>
    commandConnection(deps, found.connection, 'pause', pauseUpdate, { by: caller.actor, reason: body.reason }, audit),
});
