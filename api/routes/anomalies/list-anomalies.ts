import { z } from 'zod';
import { route } from '../../route.ts';
import { flag, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { anomalySchema, describeAnomaly } from './schema.ts';

export const listAnomalies = route({
  method: 'get',
  path: '/connections/:connectionId/anomalies',
  permission: 'health.read',
  summary: 'What was unusual for its weekday and hour: durations, counts and failures of runs, and webhooks',
  query: z.strictObject({ ...pageQuery, open: flag.optional() }),
  answer: pageOf(anomalySchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.anomalies.list({ connectionId: found.connection.id, ...pageInput(query) });
    return { items: items.map((anomaly) => describeAnomaly(caller, anomaly)), nextCursor };
  },
});
