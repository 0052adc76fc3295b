import { z } from 'zod';
import { localDay } from '../../../domain/periods.ts';
import { getProvider } from '../../../providers/registry.ts';
import { route } from '../../route.ts';
import { day, moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const activitySchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    sourceLabel: z
      .string()
      .nullable()
      .meta({ description: 'What a note about it names as its source; null when its connection is no more.' }),
    kind: z.string(),
    sentence: z.string(),
    at: moment,
    day: day.meta({ description: 'The same as the company’s own day.' }),
  })
  .meta({ id: 'ClientActivity' });

export const listActivity = route({
  method: 'get',
  path: '/companies/:companyId/activity',
  permission: 'report.read',
  summary: 'What happened for the client, in the client’s words: the business actions that notes point at; newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(activitySchema),
  async handle({ deps, found: { company }, query }) {
    const page = await deps.traffic.activity.list({ companyId: company.id, ...pageInput(query) });
    const ids = [...new Set(page.items.map(({ connectionId }) => connectionId))];
    const connections = await Promise.all(ids.map((id) => deps.stores.connections.find(id)));
    const labels = new Map(connections.flatMap((one) => (one ? [[one.id, getProvider(one.providerKey).label]] : [])));
    const items = page.items.map((activity) => ({
      ...activity,
      sourceLabel: labels.get(activity.connectionId) ?? null,
      day: localDay(activity.at, company.timeZone),
    }));
    return { ...page, items };
  },
});
