/** The two ends that an onboarding may have, looked at from outside: a whole connection, or nothing at all. */
import { messageMetrics } from '../../domain/metrics.ts';
import { stepTitles } from '../../domain/onboarding.ts';
import { searchAttributes, workflowIds } from '../../domain/workflow-ids.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { compareMessages } from './mirror.ts';
import type { Onboarder } from './onboarder.ts';
import { nothing, type Findings } from './scenario.ts';

/** Temporal's lists lag behind a little. */
const listedWithinMs = 30_000;

/** Active, with its Schedules, its connector, one set of credentials in force, and each thing made and told once. */
export async function compareLaunched(lab: Lab, person: Onboarder): Promise<Findings> {
  const { connectionId } = person;
  const findings = await compareMessages(lab, person);
  const { lost, doubled, stuck } = findings;
  const connection = await lab.app.connections.find(connectionId);
  if (connection?.state !== 'active') stuck.push(`${connectionId} is "${connection?.state}" after its launch.`);

  const jobs = await lab.app.jobs.list(connectionId);
  const wanted = jobs.map(({ id }) => workflowIds.sync(id)).toSorted();
  const listed = await until(
    () => schedulesOf(lab, connectionId),
    (ids) => ids.join() === wanted.join(),
    listedWithinMs,
  ).catch(() => schedulesOf(lab, connectionId));
  for (const id of wanted.filter((each) => !listed.includes(each))) lost.push(`The Schedule ${id} is not there.`);
  for (const id of listed.filter((each) => !wanted.includes(each))) doubled.push(`The Schedule ${id} is no job's.`);

  const lives = { [workflowIds.connector(connectionId)]: 'RUNNING', [workflowIds.onboarding(connectionId)]: 'COMPLETED' };
  for (const [id, life] of Object.entries(lives)) {
    const now = () => lifeOf(lab, id);
    const found = await until(now, (status) => status === life, listedWithinMs).catch(now);
    if (found !== life) stuck.push(`The workflow ${id} is ${found}, and should be ${life}.`);
  }

  const once: Record<string, { sql: string; times: number }> = {
    'credentials in force': { sql: `FROM integration_tokens WHERE connection_id = ? AND state = 'active'`, times: 1 },
    mappings: { sql: 'FROM integration_field_mappings WHERE connection_id = ?', times: 2 },
    jobs: { sql: 'FROM integration_sync_jobs WHERE connection_id = ?', times: 2 },
    baselines: { sql: `FROM metric_snapshots WHERE connection_id = ? AND kind = 'baseline'`, times: messageMetrics.length },
    cards: { sql: 'FROM portal_cards WHERE connection_id = ?', times: messageMetrics.length },
    'audit entries of the launch': { sql: `FROM audit_log WHERE subject = ? AND action = 'connection.state'`, times: 1 },
    'runs under way': { sql: 'FROM integration_sync_runs WHERE connection_id = ? AND outcome IS NULL', times: 0 },
  };
  for (const step of Object.keys(stepTitles))
    once[`audit entries of the step "${step}"`] = {
      sql: `FROM audit_log WHERE subject = ? AND action = 'onboarding.${step}' AND outcome = 'done'`,
      times: 1,
    };
  for (const [what, { sql, times }] of Object.entries(once)) {
    const count = await countOf(lab, sql, connectionId);
    if (count !== times) (count < times ? lost : doubled).push(`${connectionId} has ${count} ${what} instead of ${times}.`);
  }
  return findings;
}

/** Neither a row in any table of both databases, nor a Schedule, nor a workflow that runs. */
export async function compareNothing(lab: Lab, { connectionId }: Onboarder): Promise<Findings> {
  const findings = nothing(1);
  const { stuck } = findings;
  for (const part of ['app', 'traffic'] as const) {
    const tables = await lab.rows<{ name: string }>(
      part,
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'connection_id'`,
    );
    for (const { name } of tables) {
      const [row] = await lab.rows<{ rows: number }>(part, `SELECT COUNT(*) AS \`rows\` FROM ${name} WHERE connection_id = ?`, [
        connectionId,
      ]);
      if (row!.rows > 0) stuck.push(`${connectionId} was cancelled and has ${row!.rows} rows in ${name}.`);
    }
  }
  if (await lab.app.connections.find(connectionId)) stuck.push(`${connectionId} was cancelled and is still there.`);
  const left = async () => [...(await schedulesOf(lab, connectionId)), ...(await runningOf(lab, connectionId))];
  const ids = await until(left, ({ length }) => length === 0, listedWithinMs).catch(left);
  stuck.push(...ids.map((id) => `${connectionId} was cancelled and has left ${id} in Temporal.`));
  return findings;
}

const ofConnection = (connectionId: string) => `${searchAttributes.connection.name} = '${connectionId}'`;

async function schedulesOf({ client }: Lab, connectionId: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of client.schedule.list({ query: ofConnection(connectionId) })) ids.push(scheduleId);
  return ids.toSorted();
}

async function runningOf({ client }: Lab, connectionId: string): Promise<string[]> {
  const ids: string[] = [];
  const query = `${ofConnection(connectionId)} AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

function lifeOf({ client }: Lab, workflowId: string): Promise<string> {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ status }) => status.name,
      () => 'not there',
    );
}

async function countOf(lab: Lab, from: string, connectionId: string): Promise<number> {
  const [row] = await lab.rows<{ found: number }>('app', `SELECT COUNT(*) AS found ${from}`, [connectionId]);
  return row!.found;
}
