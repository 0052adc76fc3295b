import { resumeUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';

export const resume = route({
  method: 'post',
  path: '/connections/:connectionId/resume',
  permission: 'connection.pause',
  summary: 'Resume: Schedules run again, and the events that waited are applied',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, caller, audit }) =>
    commandConnection(deps, found.connection, 'resume', resumeUpdate, { by: caller.actor }, audit),
});
