import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeReport, reportSchema } from './schema.ts';

export const listReports = route({
  method: 'get',
  path: '/companies/:companyId/reports',
  permission: 'report.read',
  summary: 'The company’s reports by week and month, drafts too; newest first',
  query: z.strictObject({ ...pageQuery, publication: z.enum(['draft', 'published']).optional() }),
  answer: pageOf(reportSchema),
  async handle({ deps, found, query: { publication, ...query } }) {
    const page = await deps.stores.reports.list({ companyId: found.company.id, state: publication, ...pageInput(query) });
    return { ...page, items: page.items.map(describeReport) };
  },
});
