/** Many launched connections at once: the rows, Schedules and connectors that onboarding ends with, without its calls. */
import { createActivities } from '../../activities/index.ts';
import { getProvider } from '../../providers/registry.ts';
import type { Engine } from './engine.ts';
import { createCompany, quickPolicy, type Company, type ConnectionRef } from './scene.ts';

export interface FleetMember extends ConnectionRef {
  /** The jobs' ids by stream. */
  jobs: Record<string, string>;
}

export async function launchFleet(
  engine: Engine,
  count: number,
  company?: Company,
): Promise<{ company: Company; members: FleetMember[] }> {
  const owner = company ?? (await createCompany(engine));
  const members: FleetMember[] = [];
  // Some side by side: a database in a test has ten connections.
  for (let begun = 0; begun < count; begun += 10)
    members.push(...(await Promise.all(Array.from({ length: Math.min(10, count - begun) }, () => launch(engine, owner)))));
  return { company: owner, members };
}

async function launch({ app, deps }: Engine, { companyId, owner }: Company): Promise<FleetMember> {
  const connection = await app.connections.create(
    {
      companyId,
      providerKey: 'twilio',
      purpose: 'messaging',
      label: 'One of many',
      ownerUserId: owner.id,
      reason: 'Appointment reminders',
      settings: {},
      policy: quickPolicy,
    },
    { actor: 'test' },
  );
  const ref: ConnectionRef = { connectionId: connection.id, companyId, providerKey: 'twilio' };
  const { streams } = getProvider('twilio');
  const jobs = await app.jobs.ensure(
    connection.id,
    Object.entries(streams).map(([stream, { object }]) => ({ stream, object, cadenceS: quickPolicy.cadenceS.messages })),
  );
  const { launchConnection } = createActivities(deps);
  const { policy } = await launchConnection({ connectionId: connection.id, by: 'test' });
  await deps.temporal.startConnector({
    ...ref,
    state: 'active',
    policy,
    failedInARow: {},
    incidents: {},
    valueByHand: false,
  });
  return { ...ref, jobs: Object.fromEntries(jobs.map(({ stream, id }) => [stream, id])) };
}
