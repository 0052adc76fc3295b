import { z } from 'zod';
import { route } from '../../route.ts';
import { flag, idSchema, pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeEscalation, escalationSchema } from './schema.ts';

export const listEscalations = route({
  method: 'get',
  path: '/companies/:companyId/escalations',
  permission: 'escalation.read',
  summary: 'A company’s incidents, newest first',
  query: z.strictObject({ ...pageQuery, connectionId: idSchema('conn').optional(), open: flag.optional() }),
  answer: pageOf(escalationSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.incidents.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((incident) => describeEscalation(deps, caller, incident)), nextCursor };
  },
});
