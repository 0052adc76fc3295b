/** Many launched connections at once: the rows, Schedules and connectors that onboarding ends with, without its calls. */
import { createActivities } from '../../activities/index.ts';
import { getProvider } from '../../providers/registry.ts';
import type { Engine } from './engine.ts';
import { inLanes } from './lanes.ts';
import { createCompany, quickPolicy, type Company } from './scene.ts';

export interface FleetMember {
  connectionId: string;
  companyId: string;
  providerKey: string;
  /** The jobs' ids by stream. */
  jobs: Record<string, string>;
}

/** A database in a test has ten connections. */
const atOnce = 10;

/** One connection of each of these providers; the companies take them in turn. */
export async function launchFleet(
  engine: Engine,
  providerKeys: string[],
  { companies: count = 1 } = {},
): Promise<{ companies: Company[]; members: FleetMember[] }> {
  const companies = await inLanes(Array.from({ length: count }), atOnce, () => createCompany(engine));
  const launches = providerKeys.map((providerKey, index) => ({ providerKey, company: companies[index % count]! }));
  return { companies, members: await inLanes(launches, atOnce, (each) => launch(engine, each)) };
}

async function launch(
  { app, deps }: Engine,
  { providerKey, company: { companyId, owner } }: { providerKey: string; company: Company },
): Promise<FleetMember> {
  const connection = await app.connections.create(
    {
      companyId,
      providerKey,
      purpose: 'messaging',
      label: 'One of many',
      ownerUserId: owner.id,
      reason: 'Appointment reminders',
      settings: {},
      policy: quickPolicy,
    },
    { actor: 'test' },
  );
  const ref = { connectionId: connection.id, companyId, providerKey };
  const { streams } = getProvider(providerKey);
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
