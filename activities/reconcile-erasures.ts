import { workflowIds } from '../domain/workflow-ids.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Erasures that nobody works at: the API died before it started the workflow, or Temporal was down, or somebody terminated it. */
export async function reconcileErasures({ app, temporal, now }: ActivityDeps, ledger: Ledger): Promise<null> {
  const before = new Date(now().getTime() - ledger.policy.settleMs);
  for (const { id: erasureId, companyId, kind } of await app.erasures.running(before)) {
    if ((await temporal.lifeOf(workflowIds.erase(erasureId))) === 'running') continue;
    // Read last: a workflow writes the row before it ends.
    if ((await app.erasures.find(erasureId))?.state !== 'running') continue;
    if (await temporal.startErasure({ erasureId, companyId, kind }))
      await ledger.repaired('erasure_started', { companyId }, erasureId);
  }
  return null;
}
