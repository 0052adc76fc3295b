import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describe, erasureSchema } from './schema.ts';

export const listErasures = route({
  method: 'get',
  path: '/companies/:companyId/erasures',
  permission: 'erasure.read',
  summary: 'What was erased of a company, by whom, why and when',
  query: z.strictObject(pageQuery),
  answer: pageOf(erasureSchema),
  async handle({ deps, found, query }) {
    const { items, nextCursor } = await deps.stores.erasures.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: await Promise.all(items.map((erasure) => describe(deps, erasure))), nextCursor };
  },
});
