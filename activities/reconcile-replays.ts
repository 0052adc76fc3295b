import { workflowIds } from '../domain/workflow-ids.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Replays that nobody carries out: the API died before it started the workflow, or Temporal was down, or somebody terminated it. */
export async function reconcileReplays({ app, temporal, now }: ActivityDeps, ledger: Ledger): Promise<null> {
  const before = new Date(now().getTime() - ledger.policy.settleMs);
  for (const { id: replayId, connectionId } of await app.replays.running(before)) {
    if ((await temporal.lifeOf(workflowIds.replay(replayId))) === 'running') continue;
    // Read last: a workflow writes the row before it ends.
    if ((await app.replays.find(replayId))?.outcome !== null) continue;
    const connection = await app.connections.get(connectionId);
    if (await temporal.startReplay({ ...refOf(connection), replayId }))
      await ledger.repaired('replay_started', connection, replayId);
  }
  return null;
}
