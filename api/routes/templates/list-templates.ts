import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeTemplate, templateSchema } from './schema.ts';

export const listTemplates = route({
  method: 'get',
  path: '/companies/:companyId/templates',
  permission: 'template.read',
  summary: 'A company’s message templates',
  query: z.strictObject(pageQuery),
  answer: pageOf(templateSchema),
  async handle({ deps, found, query }) {
    const { items, nextCursor } = await deps.stores.templates.list({ companyId: found.company.id, ...pageInput(query) });
    return { items: items.map(describeTemplate), nextCursor };
  },
});
