import { isFinal } from '../domain/delivery-status.ts';
import { judgeDelivery } from '../domain/drift.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { UnfinishedDelivery } from '../db/app/stores/deliveries.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/**
 * Messages under way whose workflow is gone, or was never started because the API died first. Taking one up again never sends it
 * twice: its row is claimed before each request, and an attempt whose answer is not known is looked up.
 */
export async function reconcileDeliveries(deps: ActivityDeps, ledger: Ledger, after: string | null): Promise<string | null> {
  const { pageSize, deliveryWaitMs } = ledger.policy;
  const before = new Date(deps.now().getTime() - deliveryWaitMs);
  const page = await deps.app.deliveries.unfinished({ before, after, limit: pageSize });
  const running = await deps.temporal.running(page.map(({ id }) => workflowIds.message(id)));
  for (const delivery of page)
    if (!running.has(workflowIds.message(delivery.id)))
      await ledger.attempt({ id: delivery.connectionId, companyId: delivery.companyId }, () => takeUp(deps, ledger, delivery));
  ledger.compared('deliveries', page.length);
  return page.length < pageSize ? null : page.at(-1)!.id;
}

async function takeUp({ app, temporal }: ActivityDeps, ledger: Ledger, delivery: UnfinishedDelivery): Promise<void> {
  const { id: deliveryId, companyId, connectionId, providerKey, question } = delivery;
  const life = await temporal.lifeOf(workflowIds.message(deliveryId));
  const told = await app.tasks.everAbout(companyId, deliveryId);
  const verdict = judgeDelivery({ life, question, told });
  // Read last: a workflow writes the row before it ends.
  const now = await app.deliveries.find(deliveryId);
  if (verdict === 'leave' || !now || isFinal(now.status)) return;
  const { policy } = await app.connections.settings(connectionId);
  const asked = verdict === 'ask_again' && question ? { question } : {};
  const input = { deliveryId, connectionId, companyId, providerKey, policy: policy.delivery, ...asked };
  if (await temporal.startDelivery(input))
    await ledger.repaired('delivery_started', delivery, deliveryId, { status: now.status, verdict });
}
