/** One outcome is one line with the names of docs/observability.md, and what is counted from it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { outcomeEvents } from '../../domain/outcome.ts';
import { createLog } from '../../telemetry/log.ts';
import { createWorkerMetrics } from '../../workers/metrics.ts';
import { createTell, tellActivities } from '../../workers/tell-outcomes.ts';

type Line = Record<string, unknown>;

/** Runs one activity as a worker does, and answers what was logged and counted. */
async function run(activityType: string, input: object, work: () => Promise<unknown>) {
  const lines: Line[] = [];
  const log = createLog({ level: 'info', service: 'workers' }, { write: (line) => void lines.push(JSON.parse(line) as Line) });
  const metrics = createWorkerMetrics();
  const environment = new MockActivityEnvironment(
    { activityType, attempt: 2 },
    // The SDK's own line of a failure is left out by `sdk-logger.ts`.
    { interceptors: [tellActivities(createTell(log, metrics), metrics)], logger: new DefaultLogger('ERROR') },
  );
  const ended = await environment.run(work as (given: object) => Promise<unknown>, input).then(
    () => 'answered',
    () => 'failed',
  );
  return { ended, lines, text: await metrics.registry.metrics() };
}

const place = { connectionId: 'conn_1', companyId: 'comp_1', providerKey: 'twilio', jobId: 'job_1', runId: 'run_1' };
const counts = { created: 2, updated: 1, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };

describe('what a worker tells', () => {
  it('is one line of a run with its ids, counts and time, and the run in the metrics', async () => {
    const answer = { runId: 'run_1', outcome: 'succeeded', counts, durationMs: 1_500 };
    const { lines, text } = await run('closeRun', { ...place, outcome: 'succeeded', sentence: 'not told' }, async () => answer);
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        service: 'workers',
        ...place,
        workflowId: expect.any(String),
        event: 'run',
        outcome: 'succeeded',
        counts,
        durationMs: 1_500,
        msg: 'run succeeded',
      },
    ]);
    expect(text).toContain('linkwright_runs_total{provider="twilio",outcome="succeeded"} 1\n');
    expect(text).toContain('linkwright_run_records_total{provider="twilio",result="created"} 2\n');
    expect(text).toContain('linkwright_run_seconds_bucket{le="5",provider="twilio"} 1\n');
  });

  it('is one line of a page that failed, with its code and sentence', async () => {
    const failure = ApplicationFailure.create({ type: 'rate_limited', message: 'Twilio asks for a pause.' });
    const { ended, lines, text } = await run('pullPages', place, () => Promise.reject(failure));
    expect(ended).toBe('failed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 40,
      event: 'page',
      outcome: 'failed',
      code: 'rate_limited',
      sentence: 'Twilio asks for a pause.',
      runId: 'run_1',
      activityType: 'pullPages',
      attempt: 2,
    });
    expect(text).toContain('linkwright_activity_failures_total{activity="pullPages",code="rate_limited",final="false"} 1\n');
  });

  it('keeps what a database says of its values to itself', async () => {
    const failure = Object.assign(new Error("Duplicate entry '+15550001111'"), { sql: 'INSERT …' });
    const { lines } = await run('savePage', place, () => Promise.reject(failure));
    expect(JSON.stringify(lines)).not.toContain('+1555');
    expect(lines).toMatchObject([{ event: 'activity', code: 'other', sentence: 'The database refused a statement.' }]);
  });

  it('is nothing for a step that has no outcome of its own', async () => {
    expect((await run('listJobs', place, async () => ({ jobs: [] }))).lines).toEqual([]);
  });
});

describe('docs/observability.md', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/observability.md'), 'utf8');

  it('says what each line of a worker tells, in the words of domain/outcome.ts', () => {
    for (const [event, says] of Object.entries(outcomeEvents)) expect(text).toMatch(new RegExp(`\\| \`${event}\` +\\| ${says}`));
  });
});
