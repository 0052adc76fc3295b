import { takeOverUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { answerEscalation } from './answer-escalation.ts';

export const takeOverEscalation = route({
  method: 'post',
  path: '/escalations/:incidentId/take-over',
  permission: 'escalation.answer',
  summary: 'Take over: this person sees to it from now on',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, caller }) => answerEscalation(deps, found.incident, takeOverUpdate, { by: caller.actor }),
});
