/** What holds for the whole engine when all has settled, whoever was at work. */
import { until } from '../harness/until.ts';
import type { Lab, Part } from './lab.ts';

/** The promise; Temporal itself would take 51,200. */
const historyEventsMax = 2_000;
const settledWithinMs = 60_000;

/** Rows of something that is under way and must not be any more: it would be for ever. */
const neverLeft: { part: Part; what: string; sql: string }[] = [
  { part: 'app', what: 'run', sql: 'SELECT id FROM integration_sync_runs WHERE outcome IS NULL' },
  {
    part: 'app',
    what: 'failed run without a reason',
    sql: `SELECT id FROM integration_sync_runs WHERE outcome = 'failed' AND (code IS NULL OR sentence IS NULL)`,
  },
  {
    part: 'app',
    what: 'message under way',
    sql: `SELECT id FROM message_deliveries d WHERE status IN ('queued', 'sending', 'ambiguous')
            AND NOT EXISTS (SELECT 1 FROM admin_tasks t WHERE t.open_subject = d.id)`,
  },
  { part: 'traffic', what: 'stored event', sql: `SELECT id FROM integration_raw_events WHERE state = 'stored'` },
];
const namedMax = 3;

/** Each sentence names what is stuck; none is what we promise. */
export async function brokenInvariants(lab: Lab, since: Date): Promise<string[]> {
  const rows = await Promise.all(
    neverLeft.map(async ({ part, what, sql }) => {
      const look = () => lab.rows<{ id: string }>(part, sql);
      const left = await until(look, ({ length }) => length === 0, settledWithinMs).catch(look);
      const named = left.slice(0, namedMax).map(({ id }) => id);
      return left.length === 0 ? [] : [`${left.length} times "${what}" is left: ${named.join(', ')}.`];
    }),
  );
  return [...rows.flat(), ...(await badWorkflows(lab, since))];
}

/** A workflow of ours ends well, whatever it tells of: one that failed has told nobody. */
async function badWorkflows({ client }: Lab, since: Date): Promise<string[]> {
  const wrong: string[] = [];
  const ended = `CloseTime >= '${since.toISOString()}' AND ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')`;
  for await (const { workflowId, status } of client.workflow.list({ query: ended }))
    wrong.push(`The workflow ${workflowId} ended as ${status.name}.`);
  for await (const { workflowId, runId, historyLength } of client.workflow.list({
    query: `CloseTime >= '${since.toISOString()}'`,
  }))
    if (historyLength >= historyEventsMax) wrong.push(`${workflowId} (${runId}) had ${historyLength} events in its history.`);
  for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    if (historyLength >= historyEventsMax) wrong.push(`${workflowId} has ${historyLength} events in its history.`);
  }
  return wrong;
}
