import { z } from 'zod';
import { buildCard } from '../../../domain/card.ts';
import { definitionOf } from '../../../domain/metrics.ts';
import { buildRollUpCard } from '../../../domain/roll-up.ts';
import { getProvider } from '../../../providers/registry.ts';
import { rollUpsOf } from '../../roll-up.ts';
import { route } from '../../route.ts';
import { day, idSchema } from '../../schemas.ts';

const dated = z.object({ value: z.string(), date: day }).nullable();

/** Everything that a client sees of a metric, and nothing else. */
export const cardSchema = z
  .strictObject({
    title: z.string(),
    sourceLabel: z.string(),
    period: z.string(),
    unit: z.string(),
    baseline: dated,
    current: dated,
    status: z.enum([
      'current',
      'under_review',
      'stale',
      'delayed',
      'paused',
      'entered_by_person',
      'disconnected',
      'in_setup',
      'incomplete',
    ]),
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
    const { cards, rollUps } = deps.stores;
    const companyId = found.company.id;
    const wanted = { companyId, ...(connectionId && { connectionId }) };
    const own = await cards.facts(wanted);
    const shares = found.company.parentCompanyId ? await cards.shares(wanted) : [];
    const now = new Date().toISOString();
    const built = [...own, ...shares.map((share) => ({ ...share, isShare: true }))].map((fact) =>
      buildCard({
        ...fact,
        now,
        providerLabel: getProvider(fact.providerKey).label,
        metric: definitionOf(fact.metricKey),
      }),
    );
    const companies = connectionId ? [] : await rollUps.companies(companyId);
    const rolled = companies.length > 1 ? await rollUpsOf(deps, companyId, companies) : [];
    return { items: [...built, ...rolled.map(buildRollUpCard)] };
  },
});
