import { z } from 'zod';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { anomalySchema, describeAnomaly } from './schema.ts';

export const decideAnomaly = route({
  method: 'post',
  path: '/anomalies/:anomalyId/decide',
  permission: 'anomaly.decide',
  summary:
    'Confirm an anomaly as trouble, so that its values never count as usual, or dismiss it as normal, so that the like is expected',
  body: z.strictObject({ decision: z.enum(['confirmed', 'dismissed']), reason: name(280) }),
  answer: anomalySchema,
  refusals: [409],
  async handle({ deps, caller, found, body, audit }) {
    const { anomalies, tasks } = deps.stores;
    const decided = await anomalies.decide(found.anomaly.id, body, audit);
    await tasks.completeBySubject(decided.id, `The anomaly was ${body.decision}.`, audit.actor);
    return describeAnomaly(caller, decided);
  },
});
