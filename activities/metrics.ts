import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';

/** Computes the connection's metrics from its canonical rows and keeps them as the current values. Repeatable. */
export async function saveMetrics(deps: ActivityDeps, connection: Connection, runId?: string): Promise<void> {
  const at = deps.now();
  for (const metricKey of deps.getProvider(connection.providerKey).metrics) {
    const value = await deps.app.metrics.compute(connection.id, metricKey, at);
    await deps.app.metrics.saveSnapshot({
      companyId: connection.companyId,
      connectionId: connection.id,
      metricKey,
      kind: 'current',
      value,
      at,
      ...(runId && { runId }),
    });
  }
}
