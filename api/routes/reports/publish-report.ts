import { route } from '../../route.ts';
import { describeReport, reportSchema } from './schema.ts';

export const publishReport = route({
  method: 'post',
  path: '/reports/:reportId/publish',
  permission: 'portal.write',
  summary: 'Publish a report, so that the company’s client sees it; the first publication stands',
  answer: reportSchema,
  handle: async ({ deps, found, audit }) => describeReport(await deps.stores.reports.publish(found.report.id, audit)),
});
