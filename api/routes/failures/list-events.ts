import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { drainLink, workflowSchema } from '../../links.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const eventSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    state: z.enum(['stored', 'applied', 'ignored', 'failed']),
    receivedAt: moment,
    duplicates: z.number().meta({ description: 'How often the same event came again.' }),
    code: z.enum(failureCodes).nullable(),
    sentence: z.string().nullable(),
    workflow: workflowSchema.meta({ description: 'The workflow that applies it.' }),
  })
  .meta({ id: 'InboundEvent' });

export const listEvents = route({
  method: 'get',
  path: '/connections/:connectionId/events',
  permission: 'failure.read',
  summary: 'Inbound events, newest first; never their payload',
  query: z.strictObject(pageQuery),
  answer: pageOf(eventSchema),
  async handle({ deps, caller, found: { connection }, query }) {
    const { items, nextCursor } = await deps.traffic.events.list({ connectionId: connection.id, ...pageInput(query) });
    return {
      items: items.map((event) => ({
        ...event,
        sentence: event.sentence && forEyesOf(caller)(event.sentence),
        workflow: drainLink(deps, connection.id),
      })),
      nextCursor,
    };
  },
});
