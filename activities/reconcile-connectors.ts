import { isLaunched } from '../domain/drift.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import type { Ledger } from './reconcile-ledger.ts';

/** Each launched connection has its live `connector`, a disconnected one has none, and one in onboarding its `onboarding`. */
export async function reconcileConnectors(deps: ActivityDeps, ledger: Ledger, page: Connection[]): Promise<void> {
  const leading = ({ id, state }: Connection) => workflowIds[state === 'onboarding' ? 'onboarding' : 'connector'](id);
  const running = await deps.temporal.running(page.map(leading));
  for (const connection of page) {
    const lives = running.has(leading(connection));
    if (isLaunched(connection.state) && !lives) await ledger.attempt(connection, () => startConnector(deps, ledger, connection));
    if (connection.state === 'disconnected' && lives)
      await ledger.attempt(connection, () => endConnector(deps, ledger, connection));
    if (connection.state === 'onboarding' && !lives)
      await ledger.attempt(connection, () => missOnboarding(deps, ledger, connection));
  }
}

/** As the rows tell its life; failed runs are counted anew. */
async function startConnector({ app, temporal }: ActivityDeps, ledger: Ledger, { id }: Connection): Promise<void> {
  if ((await temporal.lifeOf(workflowIds.connector(id))) === 'running') return;
  // A launch writes the row first, and its workflow starts the connector by itself.
  if ((await temporal.lifeOf(workflowIds.onboarding(id))) === 'running') return;
  // Read last: whoever disconnects writes the row before the connector ends.
  const { state, companyId, providerKey } = await app.connections.get(id);
  if (!isLaunched(state)) return;
  const { escalateAfterFailedRuns, ladder } = (await app.connections.settings(id)).policy;
  const incidents = Object.fromEntries((await app.incidents.openOf([id])).map((incident) => [incident.cause, incident.id]));
  const valueByHand = await app.manualValues.standsByHand(id);
  const started = await temporal.startConnector({
    connectionId: id,
    companyId,
    providerKey,
    state,
    policy: { escalateAfterFailedRuns, ladder },
    failedInARow: {},
    incidents,
    valueByHand,
  });
  if (started) await ledger.repaired('connector_started', { companyId }, id, { state });
}

/** It is commanded to disconnect, never terminated: so it ends its incidents and whatever else it still has to do. */
async function endConnector(
  { temporal, now }: ActivityDeps,
  ledger: Ledger,
  { id, companyId, stateChangedAt }: Connection,
): Promise<void> {
  if (now().getTime() - stateChangedAt.getTime() < ledger.policy.settleMs) return;
  const { life, activities } = await temporal.lookAt(workflowIds.connector(id));
  if (life !== 'running' || activities.length > 0) return;
  if (await temporal.endConnector(id, 'The connection is disconnected.'))
    await ledger.repaired('connector_ended', { companyId }, id);
}

/** Nobody but a person can confirm its steps again. */
async function missOnboarding(
  { app, temporal, now }: ActivityDeps,
  ledger: Ledger,
  { id, label, createdAt }: Connection,
): Promise<void> {
  if (now().getTime() - createdAt.getTime() < ledger.policy.settleMs) return;
  if ((await temporal.lifeOf(workflowIds.onboarding(id))) === 'running') return;
  const connection = await app.connections.find(id);
  if (connection?.state !== 'onboarding') return;
  await ledger.trouble(
    connection,
    `${label}: its onboarding is not running. Confirm its access step to begin it again, or cancel it.`,
  );
}
