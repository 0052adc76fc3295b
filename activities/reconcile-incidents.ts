import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Incident } from '../db/app/stores/incidents.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Each open incident has its live `escalation`, so that people are told and can answer. */
export async function reconcileIncidents(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const open = await deps.app.incidents.openOf(page.map(({ id }) => id));
  const running = await deps.temporal.running(open.map(({ id }) => workflowIds.escalation(id)));
  const settledBefore = deps.now().getTime() - ledger.policy.settleMs;
  for (const incident of open)
    if (!running.has(workflowIds.escalation(incident.id)) && incident.openedAt.getTime() <= settledBefore)
      await ledger.attempt({ id: incident.connectionId, companyId: incident.companyId }, () => mend(deps, ledger, incident));
}

async function mend({ app, temporal }: ActivityDeps, ledger: Ledger, { id: incidentId, connectionId }: Incident): Promise<void> {
  if ((await temporal.lifeOf(workflowIds.escalation(incidentId))) === 'running') return;
  // Read last: an escalation closes its incident before it ends.
  const incident = await app.incidents.find(incidentId);
  if (!incident || incident.closedAt) return;
  const { companyId } = incident;
  const { providerKey, state } = await app.connections.get(connectionId);
  if (state === 'disconnected') {
    const { changed } = await app.incidents.close(incidentId, 'resolved', 'engine', 'The connection was disconnected.');
    if (changed) await ledger.repaired('incident_closed', incident, incidentId);
    return;
  }
  const { policy } = await app.connections.settings(connectionId);
  // Notices that went out are not sent again; and once the ladder was climbed or answered, it is not climbed again.
  const ladder = incident.state === 'open' ? policy.ladder : [];
  if (await temporal.startEscalation({ incidentId, connectionId, companyId, providerKey, ladder }))
    await ledger.repaired('escalation_started', incident, incidentId, { state: incident.state });
}
