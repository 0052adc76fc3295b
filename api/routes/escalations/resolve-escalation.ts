import { z } from 'zod';
import { resolveEscalationUpdate } from '../../../workflows/messages.ts';
import { route } from '../../route.ts';
import { plainWords, verdictSchema } from '../../schemas.ts';
import { answerEscalation } from './answer-escalation.ts';

export const resolveEscalation = route({
  method: 'post',
  path: '/escalations/:incidentId/resolve',
  permission: 'escalation.answer',
  summary: 'Resolve an incident by hand, and say how',
  body: z.strictObject({ note: plainWords(280) }),
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  handle: ({ deps, found, body, caller }) =>
    answerEscalation(deps, found.incident, resolveEscalationUpdate, { by: caller.actor, note: body.note }),
});
