import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

/** A launched connection with messages enough to believe what a run shows. */
async function scene(messages = 25) {
  const launched = await connect(engine, { messages, messageDays: 1 });
  const jobs = await engine.app.jobs.list(launched.connectionId);
  const jobId = jobs.find(({ stream }) => stream === 'messages')!.id;
  let runs = 0;
  const run = () =>
    engine.client.workflow.execute('syncRun', {
      workflowId: workflowIds.syncOnDemand(jobId, `run${(runs += 1)}`),
      taskQueue: taskQueues.sync,
      args: [
        { connectionId: launched.connectionId, companyId: launched.companyId, providerKey: 'twilio', jobId, trigger: 'manual' },
      ],
    });
  return { ...launched, run, ...commandsOf(engine, launched) };
}
const changeField = (launched: Launched, kind: 'field_gone' | 'field_as_number', field: string, times: number) =>
  engine.sandbox.control('twilio', 'fault', {
    kind,
    field,
    times,
    match: { path: `/Accounts/${launched.account.accountSid}/Messages.json` },
  });
const openTasks = async ({ companyId }: Launched) =>
  (await engine.app.tasks.list({ companyId, open: true, limit: 10 })).items.filter(({ cause }) => cause === 'source_field_lost');

describe('The fields of a provider', () => {
  it('are known from the first run on, and offered where no mapping reads them', async () => {
    const connected = await scene();
    const fields = await engine.app.sourceFields.list(connected.connectionId);
    const paths = fields.filter(({ object }) => object === 'message').map(({ path, type, state }) => [path, type, state]);
    expect(paths).toContainEqual(['sid', 'text', 'present']);
    expect(paths).toContainEqual(['subresource_uris.media', 'text', 'present']);
  });

  it('degrade the connection when one that is mapped vanishes, with a task that names it, until it is back', async () => {
    const connected = await scene();
    expect((await connected.status()).state).toBe('active');
    await changeField(connected, 'field_gone', 'body', 2);
    await connected.run();
    await connected.reaches('degraded');
    const connection = await engine.app.connections.get(connected.connectionId);
    expect(connection).toMatchObject({ state: 'degraded', stateReason: expect.stringContaining('a task says which') });
    expect(await openTasks(connected)).toMatchObject([
      {
        connectionId: connected.connectionId,
        sentence: expect.stringContaining('no longer gives "body", of which body of each message'),
      },
    ]);
    await connected.run();
    expect(await openTasks(connected)).toMatchObject([{ repeats: 1 }]);

    await connected.run();
    await connected.reaches('active');
    expect(await openTasks(connected)).toEqual([]);
  });

  it('do not concern a mapping that no longer reads them', async () => {
    const connected = await scene();
    await changeField(connected, 'field_gone', 'body', 2);
    await connected.run();
    await connected.reaches('degraded');
    const { version: _, ...current } = (await engine.app.mappings.current(connected.connectionId, 'message'))!;
    const fields = current.fields.filter(({ target }) => target !== 'body');
    await engine.app.mappings.publish(
      { connectionId: connected.connectionId, mapping: { ...current, fields } },
      { actor: 'test' },
    );
    await connected.run();
    await connected.reaches('active');
    expect(await openTasks(connected)).toEqual([]);
    await until(
      () => engine.app.sourceFields.lost(connected.connectionId),
      (lost) => lost.length === 1,
    );
  });

  it('degrade it when one that is mapped changes its type, until somebody publishes the mapping again', async () => {
    const connected = await scene();
    await changeField(connected, 'field_as_number', 'body', 2);
    await connected.run();
    await connected.reaches('degraded');
    expect(await openTasks(connected)).toMatchObject([
      { sentence: expect.stringContaining('was text at the provider and is number now') },
    ]);
    const { version: _, ...current } = (await engine.app.mappings.current(connected.connectionId, 'message'))!;
    const fields = current.fields.map((field) =>
      field.target === 'body' ? { ...field, transform: { kind: 'text' as const, trim: true } } : field,
    );
    await engine.app.mappings.publish(
      { connectionId: connected.connectionId, mapping: { ...current, fields } },
      { actor: 'test' },
    );
    await connected.run();
    await connected.reaches('active');
    expect(await openTasks(connected)).toEqual([]);
  });

  it('are not judged by a run of a few records', async () => {
    const connected = await scene(3);
    await changeField(connected, 'field_gone', 'body', 1);
    await connected.run();
    expect(await engine.app.sourceFields.lost(connected.connectionId)).toEqual([]);
    expect((await connected.status()).state).toBe('active');
  });

  it('leave an outage to its own end: the incident closes, and the connection stays degraded for the field', async () => {
    const connected = await scene();
    await connected.tellFailedRun('permission_missing');
    await connected.reaches('degraded');
    await changeField(connected, 'field_gone', 'body', 1);
    await connected.run();
    await until(connected.status, ({ incidents }) => Object.keys(incidents).length === 0);
    expect((await connected.status()).state).toBe('degraded');
    await connected.run();
    await connected.reaches('active');
  });
});
