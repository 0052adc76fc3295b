import { acknowledgeUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';
import { answerEscalation } from './answer-escalation.ts';

export const acknowledgeEscalation = route({
  method: 'post',
  path: '/escalations/:incidentId/acknowledge',
  permission: 'escalation.answer',
  summary: 'Acknowledge: the next rung of the ladder is not told',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, caller }) => answerEscalation(deps, found.incident, acknowledgeUpdate, { by: caller.actor }),
});
