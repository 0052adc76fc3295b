import { z } from 'zod';
import { route } from '../../route.ts';
import { flag, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { anomalySchema, describeAnomaly } from './schema.ts';

export const listCompanyAnomalies = route({
  method: 'get',
  path: '/companies/:companyId/anomalies',
  permission: 'health.read',
  summary: 'What was unusual on any connection of the company, newest first',
  query: z.strictObject({ ...pageQuery, open: flag.optional() }),
  answer: pageOf(anomalySchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.anomalies.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((anomaly) => describeAnomaly(caller, anomaly)), nextCursor };
  },
});
