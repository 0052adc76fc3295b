import { z } from 'zod';
import { connectionStates } from '../../../domain/connection-state.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { connectionSchema, describeConnection } from './schema.ts';

export const listConnections = route({
  method: 'get',
  path: '/companies/:companyId/connections',
  permission: 'connection.read',
  summary: 'List a company’s connections',
  query: z.strictObject({ ...pageQuery, state: z.enum(connectionStates).optional() }),
  answer: pageOf(connectionSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.connections.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map((connection) => describeConnection(deps, caller, connection)), nextCursor };
  },
});
