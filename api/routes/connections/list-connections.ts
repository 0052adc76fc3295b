import { z } from 'zod';
import { connectionStates } from '../../../domain/connection-state.ts';
import { allProviders } from '../../../providers/registry.ts';
import { route } from '../../route.ts';
import { pageOf, pageQuery } from '../../schemas.ts';
import { connectionItemSchema, describeItems } from './items.ts';

export const listConnections = route({
  method: 'get',
  path: '/companies/:companyId/connections',
  permission: 'connection.read',
  summary: 'List a company’s connections, each with its owner and its freshness',
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(connectionStates).optional(),
    provider: z.string().min(1).max(40).optional().meta({ description: 'A provider’s key.' }),
    q: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Words that all stand in its label or in its provider’s, or its whole id.' }),
    days: z.coerce
      .number()
      .int()
      .min(1)
      .max(14)
      .optional()
      .meta({ description: 'Answer also how the runs of these last days went.' }),
  }),
  answer: pageOf(connectionItemSchema),
  async handle({ deps, caller, found, query: { q, days, provider, state, cursor, limit } }) {
    const filter = { companyId: found.company.id, state, providerKey: provider, search: q ? wordsOf(q) : undefined };
    const { items, nextCursor } = await deps.stores.connections.list({ ...filter, cursor, limit });
    return { items: await describeItems(deps, caller, items, days), nextCursor };
  },
});

/** A word may stand in the label, which the database looks through, or in the provider's, which it does not know. */
const wordsOf = (q: string) =>
  q.split(/\s+/).map((word) => ({
    word,
    providerKeys: allProviders()
      .filter(({ label }) => label.toLowerCase().includes(word.toLowerCase()))
      .map(({ key }) => key),
  }));
