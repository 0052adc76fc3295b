import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { heldValueSchema } from './schema.ts';

export const reviewHeldValue = route({
  method: 'post',
  path: '/connections/:connectionId/held-values',
  permission: 'metric.review',
  summary:
    'Accept a value that is not plausible, so that it is shown, or reject it, so that nobody is asked again while it lasts',
  body: z.strictObject({ metricKey: z.enum(metricKeys), decision: z.enum(['accepted', 'rejected']), reason: name(280) }),
  answer: heldValueSchema,
  refusals: [409],
  async handle({ deps, found: { connection }, body, audit }) {
    const { heldValues, tasks } = deps.stores;
    const decided = await heldValues.decide({ connectionId: connection.id, ...body }, audit);
    await tasks.completeBySubject(decided.id, `The value was ${body.decision}.`, audit.actor);
    return decided;
  },
});
