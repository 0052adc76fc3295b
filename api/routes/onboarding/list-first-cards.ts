import { z } from 'zod';
import { buildCard } from '../../../domain/card.ts';
import { definitionOf, type MetricKey } from '../../../domain/metrics.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { Deps } from '../../deps.ts';
import { route } from '../../route.ts';
import { cardSchema } from '../portal/list-cards.ts';

export const listFirstCards = route({
  method: 'get',
  path: '/connections/:connectionId/onboarding/cards',
  permission: 'connection.read',
  summary: 'The cards that its client would see, had the connection been launched now: computed, and not kept',
  answer: z.object({ items: z.array(cardSchema) }),
  async handle({ deps, found: { connection } }) {
    const { metrics } = getProvider(connection.providerKey);
    return { items: await Promise.all(metrics.map((metricKey) => firstCard(deps, connection, metricKey))) };
  },
});

async function firstCard({ stores }: Deps, { id, providerKey }: Connection, metricKey: MetricKey) {
  const now = new Date();
  const at = now.toISOString();
  const { value, currency, leftOut } = await stores.metrics.compute(id, metricKey, now);
  return buildCard({
    metric: definitionOf(metricKey),
    providerLabel: getProvider(providerKey).label,
    state: 'active',
    baseline: value === null ? null : { value, at },
    current: value === null ? null : { value, at, enteredByPerson: false },
    currency,
    leftOut,
    nextAction: null,
    lastSuccessAt: at,
    freshWithinS: 60,
    now: at,
  });
}
