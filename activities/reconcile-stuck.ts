import { holdsEvents } from '../domain/connection-state.ts';
import { isReadInFull, stuckSentence } from '../domain/drift.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import { subjectOf, type Ledger } from './reconcile-ledger.ts';

/**
 * Workflows that live and do not get on, named to a person. A look at each costs a call, so those that lead connections are looked at in
 * shares, as Schedules are; a drain and a run, when they should have been through long ago.
 */
export async function reconcileStuck(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const { app, temporal } = deps;
  const suspects = await suspectsIn(deps, ledger, page);
  for (const { owner, workflowId } of suspects)
    await ledger.attempt(owner, async () => {
      const { life, task } = await temporal.lookAt(workflowId);
      const sentence = life === 'running' ? stuckSentence(workflowId, task, ledger.policy) : null;
      if (!sentence) return;
      const { label } = await app.connections.get(owner.id);
      await ledger.trouble(owner, `${label}: ${sentence}`);
    });
}

async function suspectsIn({ app, traffic, now }: ActivityDeps, { policy }: Ledger, page: Connection[]) {
  const nowMs = now().getTime();
  const isLate = (since: Date | undefined) => since !== undefined && nowMs - since.getTime() >= policy.stuckAfterMs;
  // One that a person was asked about is looked at in each pass, so that its task ends with its trouble.
  const asked = await app.tasks.openAbout(page.map(subjectOf));
  const waiting = await traffic.events.waitingSinceOf(page.map(({ id }) => id));
  const byId = new Map(page.map((connection) => [connection.id, connection]));
  const led = page.filter(
    (owner) => owner.state !== 'disconnected' && (asked.has(subjectOf(owner)) || isReadInFull(owner.id, nowMs, policy)),
  );
  const drained = page.filter(({ id, state }) => !holdsEvents(state) && isLate(waiting.get(id)));
  const runs = (await app.runs.underWay(page.map(({ id }) => id))).filter(({ startedAt }) => isLate(startedAt));
  return [
    ...led.map((owner) => ({
      owner,
      workflowId: workflowIds[owner.state === 'onboarding' ? 'onboarding' : 'connector'](owner.id),
    })),
    ...drained.map((owner) => ({ owner, workflowId: workflowIds.events(owner.id) })),
    ...runs.map(({ connectionId, workflowId }) => ({ owner: byId.get(connectionId)!, workflowId })),
  ];
}
