import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describePublished, publishedReportSchema } from '../reports/schema.ts';

export const listPublishedReports = route({
  method: 'get',
  path: '/companies/:companyId/portal/reports',
  permission: 'portal.read',
  summary: 'The company’s published reports, as its client sees them; newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(publishedReportSchema),
  async handle({ deps, found, query }) {
    const page = await deps.stores.reports.list({ companyId: found.company.id, state: 'published', ...pageInput(query) });
    return { ...page, items: page.items.map(describePublished) };
  },
});
