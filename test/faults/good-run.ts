import type { SyncRun } from '../../db/app/stores/runs.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { ask, type Person } from './person.ts';
import { recovered } from './recovered.ts';

const triesForMs = 240_000;

interface SyncAnswer {
  runs?: { runId: string }[];
  error?: { message: string };
}

/**
 * Asks for runs until one succeeds, as a person does who reads why the last one failed; throws when none does, or when one failed and
 * does not say why.
 */
export async function goodRun(lab: Lab, person: Person, connectionId: string, stream: string): Promise<SyncRun> {
  const job = async () => (await lab.app.jobs.list(connectionId)).find((each) => each.stream === stream)!;
  const deadline = Date.now() + triesForMs;
  let last = 'Nobody answered.';
  while (Date.now() < deadline) {
    await recovered(job, ({ runningRunId }) => runningRunId === null);
    const answer = await ask<SyncAnswer>(lab, person, `/connections/${connectionId}/sync`, { stream });
    const runId = answer?.body.runs?.[0]?.runId;
    if (runId) {
      const run = await recovered(
        () => lab.app.runs.find(runId),
        (found) => found !== null && found.outcome !== null,
      );
      if (run?.outcome === 'succeeded') return run;
      if (run?.outcome === 'failed' && !(run.code && run.sentence))
        throw new Error(`The run ${runId} failed and does not say why.`);
      last = `${run?.outcome}: ${run?.sentence}`;
    } else if (answer) last = `${answer.status}: ${answer.body.error?.message}`;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error(`No run of ${stream} of ${connectionId} succeeded within ${triesForMs / 1_000} s. The last one: ${last}`);
}

/** A connection that delivers again says so: it is active, and no incident of it is open. */
export async function notRecovered(lab: Lab, connectionId: string): Promise<string[]> {
  const look = async () => {
    const connection = await lab.app.connections.find(connectionId);
    const open = await lab.rows<{ id: string }>(
      'app',
      'SELECT id FROM escalations WHERE connection_id = ? AND open_cause IS NOT NULL',
      [connectionId],
    );
    return connection?.state === 'active' && open.length === 0
      ? []
      : [`${connectionId} is ${connection?.state} with ${open.length} incidents open.`];
  };
  return until(look, (wrong) => wrong.length === 0, 60_000).catch(look);
}
