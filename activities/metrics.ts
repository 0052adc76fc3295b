import type { Connection } from '../db/app/stores/connections.ts';
import { definitionOf } from '../domain/metrics.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Computes the connection's metrics from its canonical rows and keeps them as the current values, with each company's share where
 * several feed the connection. Repeatable.
 */
export async function saveMetrics(deps: ActivityDeps, connection: Connection, runId?: string): Promise<void> {
  // By the database's clock: of two workers, one whose clock is behind would keep what it counts out of sight.
  const at = await deps.app.metrics.now();
  const isShared = await deps.app.shares.isShared(connection.id);
  for (const metricKey of deps.getProvider(connection.providerKey).metrics) {
    const measured =
      isShared && definitionOf(metricKey).share.how === 'own_rows'
        ? await deps.app.shares.save({ connectionId: connection.id, metricKey, at })
        : await deps.app.metrics.compute(connection.id, metricKey, at);
    await deps.app.metrics.saveSnapshot({
      companyId: connection.companyId,
      connectionId: connection.id,
      metricKey,
      kind: 'current',
      ...measured,
      at,
      ...(runId && { runId }),
    });
  }
}
