import { z } from 'zod';
import { route } from '../../route.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const activitySchema = z
  .object({ id: z.string(), connectionId: z.string(), kind: z.string(), sentence: z.string(), at: moment })
  .meta({ id: 'ClientActivity' });

export const listActivity = route({
  method: 'get',
  path: '/companies/:companyId/activity',
  permission: 'report.read',
  summary: 'What happened for the client, in the client’s words: the business actions that notes point at; newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(activitySchema),
  handle: ({ deps, found, query }) => deps.traffic.activity.list({ companyId: found.company.id, ...pageInput(query) }),
});
