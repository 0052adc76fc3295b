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
    const { heldValues, manualValues, tasks } = deps.stores;
    const decided = await heldValues.decide({ connectionId: connection.id, ...body }, audit);
    await tasks.completeBySubject(decided.id, `The value was ${body.decision}.`, audit.actor);
    if (body.decision === 'rejected') return decided;
    // The source's value is believed: a person's in its place is compared with it by the next good run.
    const { ended } = await manualValues.end({ connectionId: connection.id, metricKeys: [body.metricKey] }, audit);
    for (const id of ended) await tasks.completeBySubject(id, 'The source’s value was accepted.', audit.actor);
    return decided;
  },
});
