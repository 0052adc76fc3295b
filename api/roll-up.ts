import { metricDefinitions, type MetricKey } from '../domain/metrics.ts';
import { rollUp, type RollUp, type RollUpFacts } from '../domain/roll-up.ts';
import { getProvider } from '../providers/registry.ts';
import type { Deps } from './deps.ts';

/** Every metric that something under the company feeds, rolled up as of now. */
export async function rollUpsOf(
  { stores }: Deps,
  companyId: string,
  companies?: RollUpFacts['companies'],
): Promise<(RollUp & { metric: MetricKey })[]> {
  const known = companies ?? (await stores.rollUps.companies(companyId));
  const feeds = (await stores.rollUps.feeds(companyId)).filter(({ providerKey, metricKey }) =>
    getProvider(providerKey).metrics.includes(metricKey),
  );
  const now = new Date().toISOString();
  return metricDefinitions.flatMap((metric) => {
    const own = feeds.filter(({ metricKey }) => metricKey === metric.key);
    return own.length === 0 ? [] : [{ metric: metric.key, ...rollUp({ metric, companies: known, feeds: own, now }) }];
  });
}
