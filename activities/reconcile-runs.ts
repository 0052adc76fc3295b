import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';
import { closeAbandoned, isAbandoned } from './take-run.ts';

/** A run that nobody runs is closed, so that its job's place is free. */
export async function reconcileRuns(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const runs = await deps.app.runs.underWay(page.map(({ id }) => id));
  const running = await deps.temporal.running(runs.map(({ workflowId }) => workflowId));
  for (const run of runs) {
    if (running.has(run.workflowId)) continue;
    await ledger.attempt({ id: run.connectionId, companyId: run.companyId }, async () => {
      if ((await isAbandoned(deps, run)) && (await closeAbandoned(deps, run.id)).first)
        await ledger.repaired('run_closed', run, run.id, { workflowId: run.workflowId });
    });
  }
}
