import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
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
  })
  .meta({ id: 'InboundEvent' });

export const listEvents = route({
  method: 'get',
  path: '/connections/:connectionId/events',
  permission: 'failure.read',
  summary: 'Inbound events, newest first; never their payload',
  query: z.strictObject(pageQuery),
  answer: pageOf(eventSchema),
  handle: ({ deps, found, query }) => deps.traffic.events.list({ connectionId: found.connection.id, ...pageInput(query) }),
});
