/** The worker dies while it writes deals with their steps: those of a page, and those that webhooks told of. */
import { randomUUID } from 'node:crypto';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { syncNowUpdate } from '../../../workflows/messages.ts';
import { connectProvider } from '../../harness/connect-provider.ts';
import type { Lab, NamedPoint } from '../lab.ts';
import { compareDeals, type HubspotAccount } from '../mirror-deals.ts';
import { recovered } from '../recovered.ts';
import { together, type Findings, type Scenario } from '../scenario.ts';

const app = { of: 'workers', part: 'app' } as const;
const points: Record<string, { by: 'sync' | 'webhooks'; of(connectionId: string): NamedPoint }> = {
  'in the middle of a page of deals': {
    by: 'sync',
    of: () => ({ ...app, statement: /^INSERT INTO deal_stage_movements /, hold: 'after' }),
  },
  'with the deals of webhooks written and not committed': {
    by: 'webhooks',
    of: () => ({ ...app, statement: /^INSERT INTO deal_stage_movements /, hold: 'after' }),
  },
  'between the deals of webhooks and the mark of their events': {
    by: 'webhooks',
    of: (connectionId) => ({
      of: 'workers',
      part: 'traffic',
      statement: new RegExp(
        `^SELECT id, company_id AS companyId FROM integration_raw_events WHERE connection_id = '${connectionId}'`,
      ),
      hold: 'before',
    }),
  },
};

/** Two pages and a half. */
const dealsInPages = 2_500;
const dealsTold = 40;

export const dealScenarios: Scenario[] = Object.entries(points).map(([where, { by, of }]) => ({
  name: `worker killed ${where}`,
  times: { short: 0, full: 4 },
  async inject(lab, times) {
    const accounts: HubspotAccount[] = [];
    for (let time = 0; time < times; time += 1) {
      const account = await connect(lab);
      const begin = by === 'sync' ? await fill(lab, account) : await moveAndTell(lab, account);
      await lab.killAt(of(account.connectionId), begin);
      await lab.workers.start();
      accounts.push(account);
    }
    return { injected: times, settle: async () => together(await Promise.all(accounts.map((account) => settled(lab, account)))) };
  },
}));

/** An account whose webhooks are signed with the private app's secret. */
type TellingAccount = HubspotAccount & { clientSecret: string };

async function connect(lab: Lab): Promise<TellingAccount> {
  const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
  const { portalId } = await lab.sandbox.control<{ portalId: number }>('hubspot', 'createPortal', {
    privateToken: values.accessToken,
  });
  const { connectionId } = await connectProvider(lab, { providerKey: 'hubspot', kind: 'api_key', values });
  return { connectionId, portalId, ...values };
}

async function fill(lab: Lab, { portalId, connectionId }: HubspotAccount): Promise<() => Promise<unknown>> {
  await lab.sandbox.control('hubspot', 'createDeals', { portalId, count: dealsInPages });
  return () => sync(lab, connectionId);
}

function sync(lab: Lab, connectionId: string) {
  const connector = lab.client.workflow.getHandle(workflowIds.connector(connectionId));
  return connector.executeUpdate(syncNowUpdate, { args: [{ by: 'user_admin', stream: 'deals' }] });
}

/** Each deal is told of twice. */
async function moveAndTell(lab: Lab, account: TellingAccount): Promise<() => Promise<unknown>> {
  const { portalId, clientSecret, connectionId } = account;
  for (let place = 0; place < dealsTold; place += 1) {
    const properties = { dealname: `Deal ${place}`, dealstage: 'appointmentscheduled', pipeline: 'default' };
    const { id } = await lab.sandbox.control<{ id: number }>('hubspot', 'createDeal', { portalId, properties });
    await lab.sandbox.control('hubspot', 'moveDeal', { portalId, id, stage: place % 2 ? 'closedwon' : 'contractsent' });
  }
  const url = `${lab.publicUrl}/webhooks/hubspot/${connectionId}`;
  return () => lab.sandbox.control('hubspot', 'sendWebhooks', { portalId, clientSecret, url });
}

/** What was cut goes on by itself; then the rows mirror HubSpot, and a sync more changes nothing. */
async function settled(lab: Lab, account: HubspotAccount): Promise<Findings> {
  const { connectionId } = account;
  const job = async () => (await lab.app.jobs.list(connectionId)).find(({ stream }) => stream === 'deals')!;
  await recovered(job, ({ runningRunId }) => runningRunId === null);
  await recovered(
    () => lab.traffic.events.countWaiting(connectionId),
    (waiting) => waiting === 0,
  );
  const findings = await compareDeals(lab, account);
  await recovered(
    () => sync(lab, connectionId),
    ({ verdict }) => verdict === 'accepted',
  );
  await recovered(job, ({ runningRunId }) => runningRunId === null);
  return together([findings, await compareDeals(lab, account)]);
}
