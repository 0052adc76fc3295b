import { z } from 'zod';
import { buildCard } from '../../../domain/card.ts';
import { metricDefinitions } from '../../../domain/metrics.ts';
import { getProvider } from '../../../providers/registry.ts';
import { route } from '../../route.ts';
import { day, idSchema } from '../../schemas.ts';

const dated = z.object({ value: z.string(), date: day }).nullable();

/** Everything that a client sees of a metric, and nothing else. */
const cardSchema = z
  .strictObject({
    title: z.string(),
    sourceLabel: z.string(),
    period: z.string(),
    unit: z.string(),
    baseline: dated,
    current: dated,
    status: z.enum(['current', 'stale', 'delayed', 'paused', 'entered_by_person', 'disconnected', 'in_setup']),
    statusSentence: z.string(),
    nextAction: z.string(),
    enteredByPerson: z.boolean(),
  })
  .meta({ id: 'Card' });

export const listCards = route({
  method: 'get',
  path: '/companies/:companyId/portal/cards',
  permission: 'portal.read',
  summary: 'The company’s cards, as its client sees them',
  query: z.strictObject({ connectionId: idSchema('conn').optional() }),
  answer: z.object({ items: z.array(cardSchema) }),
  async handle({ deps, found, query: { connectionId } }) {
    const now = new Date().toISOString();
    const facts = await deps.stores.cards.facts({ companyId: found.company.id, ...(connectionId && { connectionId }) });
    return {
      items: facts.map((fact) =>
        buildCard({
          ...fact,
          now,
          providerLabel: getProvider(fact.providerKey).label,
          metric: metricDefinitions.find(({ key }) => key === fact.metricKey)!,
        }),
      ),
    };
  },
});
