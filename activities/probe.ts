import type { HealthCheck } from '../db/app/stores/health.ts';
import type { ActivityDeps } from './deps.ts';
import { isCircuitOpen } from './failures.ts';
import { openConnection } from './provider-call.ts';
import { readCallFailure } from './call-failure.ts';

/**
 * One cheap real call for a connection, outside of any workflow: it says whether the connection would work now, and is what tries an open
 * circuit when no other call does. Its outcome is kept as a health check; never throws what the provider or the credentials say.
 */
export async function probeConnection(deps: ActivityDeps, connectionId: string): Promise<void> {
  const { companyId } = await deps.app.connections.get(connectionId);
  const startedMs = performance.now();
  const record = (outcome: Pick<HealthCheck, 'ok' | 'code' | 'sentence'>) =>
    deps.app.health.record({
      connectionId,
      companyId,
      kind: 'probe',
      latencyMs: Math.round(performance.now() - startedMs),
      ...outcome,
    });
  try {
    const { provider, call } = await openConnection(deps, connectionId);
    const { usable } = await call((context) => provider.check(context));
    if (usable.ok) await record({ ok: true, code: null, sentence: `${provider.label} answered.` });
    else await record({ ok: false, code: usable.failure.code, sentence: usable.failure.sentence });
  } catch (error) {
    const failure = readCallFailure(error);
    if (isCircuitOpen(error) || !failure) throw error;
    await record({ ok: false, ...failure });
  }
}
