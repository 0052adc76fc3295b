import { z } from 'zod';
import { ApiError, notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

export const readPayload = route({
  method: 'get',
  path: '/connections/:connectionId/events/:eventId/payload',
  permission: 'payload.read',
  summary: 'What came from the provider, as it came; each reading stands in the audit log',
  answer: z
    .object({ eventId: z.string(), type: z.string(), receivedAt: moment, payload: z.unknown() })
    .meta({ id: 'EventPayload' }),
  refusals: [410],
  async handle({ deps, found: { connection, event }, audit }) {
    if (event.connectionId !== connection.id) throw notFound('event');
    const kept = await deps.traffic.events.payload(event.id);
    if (kept === null) throw new ApiError(410, 'payload_gone', 'The payload is past its retention: it was deleted.');
    // First the row, then the answer: what cannot be audited is not shown.
    await deps.stores.audit.append({
      ...audit,
      companyId: connection.companyId,
      action: 'payload.read',
      subject: connection.id,
      outcome: 'done',
      detail: { eventId: event.id },
    });
    const { id: eventId, type, receivedAt } = event;
    return { eventId, type, receivedAt, payload: kept.payload };
  },
});
