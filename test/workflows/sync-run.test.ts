import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import type { SyncRunResult } from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { createTwilioAccount, freshNumber } from '../harness/twilio-account.ts';
import { askedOf, breakTwilio, connect, connectAhead, holdUpRun, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 11, { messages: 2, messageDays: 1 });
}, 120_000);
afterAll(() => engine.stop());

/** A launched connection (with two messages, unless it is given), its job of messages, and ways to run it. */
async function scene(launched = connections.next()) {
  const jobs = await engine.app.jobs.list(launched.connectionId);
  const jobId = jobs.find(({ stream }) => stream === 'messages')!.id;
  const start = (name: string) =>
    engine.client.workflow.start('syncRun', {
      workflowId: workflowIds.syncOnDemand(jobId, name),
      taskQueue: taskQueues.sync,
      args: [
        { connectionId: launched.connectionId, companyId: launched.companyId, providerKey: 'twilio', jobId, trigger: 'manual' },
      ],
    });
  const run = async (name: string): Promise<SyncRunResult> => (await start(name)).result();
  return { ...launched, jobId, start, run };
}

/** A message that Twilio already has, sent by somebody else than us. */
async function sendAtTwilio({ account }: Launched, plan: { status: string; delayMs: number }[]): Promise<void> {
  await engine.sandbox.control('twilio', 'setCallbacks', { accountSid: account.accountSid, plan });
  const answer = await fetch(`${engine.sandbox.url}/twilio/2010-04-01/Accounts/${account.accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}` },
    body: new URLSearchParams({ From: account.number, To: freshNumber(), Body: 'See you at nine' }),
  });
  expect(answer.status).toBe(201);
}
const sentAtTwilio = (launched: Launched, status: string) =>
  until(
    () => engine.sandbox.control<{ status: string }[]>('twilio', 'messages', { accountSid: launched.account.accountSid }),
    (messages) => messages.at(-1)?.status === status,
  );

describe('what a run counts', () => {
  it('is unchanged for what it knows, created for what is new, and updated for what moved on', async () => {
    const connected = await scene(await connect(engine, { messages: 4, messageDays: 1 }));
    expect((await connected.run('first')).counts).toMatchObject({ created: 0, updated: 0, unchanged: 4 });

    await sendAtTwilio(connected, [
      { status: 'sent', delayMs: 0 },
      { status: 'delivered', delayMs: 5_000 },
    ]);
    await sentAtTwilio(connected, 'sent');
    expect((await connected.run('second')).counts).toMatchObject({ created: 1, updated: 0, unchanged: 4 });

    await sentAtTwilio(connected, 'delivered');
    const third = await connected.run('third');
    expect(third).toMatchObject({ outcome: 'succeeded', counts: { created: 0, updated: 1, unchanged: 4, failed: 0 } });
    expect(await engine.app.runs.find(third.runId!)).toMatchObject({
      outcome: 'succeeded',
      trigger: 'manual',
      counts: third.counts,
    });
  });

  it('moves freshness, health and the metrics of the card', async () => {
    const connected = await scene(await connect(engine, { messages: 5 }));
    const before = await engine.app.connections.get(connected.connectionId);
    await connected.run('first');
    const after = await engine.app.connections.get(connected.connectionId);
    expect(after.lastSuccessAt!.getTime()).toBeGreaterThanOrEqual(before.lastSuccessAt!.getTime());
    expect(await engine.app.health.current(connected.connectionId)).toMatchObject({ ok: true });
    const [card] = (await engine.app.cards.facts({ companyId: connected.companyId })).filter(
      ({ metricKey }) => metricKey === 'messages_delivered',
    );
    expect(card).toMatchObject({ current: { value: '3', enteredByPerson: false } });
  });
});

describe('a run whose provider stumbles', () => {
  it('goes on, in the next run, with the page where a failing fetch left it', async () => {
    const connected = await scene(await connect(engine, { messages: 0 }));
    await createTwilioAccount(engine, {
      messages: 2_500,
      messageDays: 1,
      sid: connected.account.accountSid,
      authToken: connected.account.authToken,
    });
    // The first page is let through; the second fails for as long as the run has patience.
    await breakTwilio(engine, connected, '/Messages.json', { kind: 'delay', ms: 1, times: 1 });
    await breakTwilio(engine, connected, '/Messages.json', { kind: 'status500', times: 3 });
    const failed = await connected.run('first');
    expect(failed).toMatchObject({ outcome: 'failed', code: 'provider_unavailable', counts: { created: 1_000 } });

    const asked = (await askedOf(engine, connected, '/Messages.json')).length;
    const next = await connected.run('second');
    expect(next).toMatchObject({ outcome: 'succeeded', counts: { created: 1_500, updated: 0, unchanged: 0 } });
    const pages = (await askedOf(engine, connected, '/Messages.json')).slice(asked);
    expect(pages).toHaveLength(2);
    expect(pages[0]!.query).toHaveProperty('PageToken');
  });

  it('waits for as long as a 429 asks', async () => {
    const connected = await scene();
    const asked = (await askedOf(engine, connected, '/Messages.json')).length;
    await breakTwilio(engine, connected, '/Messages.json', { kind: 'status429', retryAfterS: 2, times: 1 });
    expect(await connected.run('first')).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 2 } });
    const [refused, again] = (await askedOf(engine, connected, '/Messages.json')).slice(asked);
    expect(refused!.fault).toBe('status429');
    expect(Date.parse(again!.at) - Date.parse(refused!.at)).toBeGreaterThanOrEqual(2_000);
  });

  it.each(['status500', 'reset_before', 'truncated_json', 'timeout_after_effect'])('tries again after %s', async (kind) => {
    const connected = await scene();
    await breakTwilio(engine, connected, '/Messages.json', { kind, times: 1 });
    expect(await connected.run('first')).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 2, failed: 0 } });
  });

  it('does not try again when the credentials are rejected', async () => {
    const connected = await scene();
    const asked = (await askedOf(engine, connected, '/Messages.json')).length;
    await breakTwilio(engine, connected, '/Messages.json', { kind: 'revoked' });
    expect(await connected.run('first')).toMatchObject({ outcome: 'failed', code: 'credentials_rejected' });
    expect(await askedOf(engine, connected, '/Messages.json')).toHaveLength(asked + 1);
    const { items } = await engine.app.runs.list({ connectionId: connected.connectionId, jobId: connected.jobId, limit: 1 });
    expect(items[0]).toMatchObject({ outcome: 'failed', sentence: expect.stringContaining('Twilio rejected the credentials') });
  });
});

describe('a record that cannot be mapped', () => {
  it('goes into the queue, once, and the run goes on', async () => {
    const connected = await scene();
    await sendAtTwilio(connected, [{ status: 'teleported', delayMs: 0 }]);
    await sentAtTwilio(connected, 'teleported');
    const run = await connected.run('first');
    expect(run).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 2, failed: 1 } });
    const errors = await engine.app.runs.errors(run.runId!, { limit: 10 });
    expect(errors.items).toEqual([
      expect.objectContaining({ code: 'record_rejected', sentence: expect.stringContaining('status') }),
    ]);

    const { connectionId } = connected;
    const queue = () => engine.app.errorQueue.list({ connectionId, limit: 10 });
    await until(queue, ({ items }) => items.some(({ rawEventId }) => rawEventId !== null));
    await connected.run('second');
    expect((await queue()).items).toHaveLength(1);
  });
});

describe('two runs of one job', () => {
  it('do not overlap: the second steps aside while the first lives', async () => {
    const connected = await scene();
    await holdUpRun(engine, connected);
    const first = await connected.start('first');
    await until(async () => (await engine.app.jobs.find(connected.jobId))?.runningRunId);
    expect(await connected.run('second')).toEqual({ runId: null, outcome: 'skipped', counts: expect.anything() });
    expect(await first.result()).toMatchObject({ outcome: 'succeeded' });
    expect(await connected.run('third')).toMatchObject({ outcome: 'succeeded' });
  });

  it('do not wait for ever: a holder that was terminated gives way, and its row says so', async () => {
    const connected = await scene();
    await holdUpRun(engine, connected);
    const first = await connected.start('first');
    const runId = (await until(async () => (await engine.app.jobs.find(connected.jobId))?.runningRunId)) as string;
    await first.terminate('A test');
    expect(await connected.run('second')).toMatchObject({ outcome: 'succeeded' });
    expect(await engine.app.runs.find(runId)).toMatchObject({
      outcome: 'failed',
      code: 'defect',
      sentence: expect.stringContaining('ended without closing it'),
    });
  });

  it('are started by the Schedule too, with its own trigger', async () => {
    const connected = await scene();
    await engine.client.schedule.getHandle(workflowIds.sync(connected.jobId)).trigger();
    const runs = await until(
      () => engine.app.runs.list({ connectionId: connected.connectionId, jobId: connected.jobId, limit: 5 }),
      ({ items }) => items[0]?.trigger === 'schedule' && items[0].outcome !== null,
    );
    expect(runs.items[0]).toMatchObject({
      outcome: 'succeeded',
      workflowId: expect.stringContaining(workflowIds.sync(connected.jobId)),
    });
  });
});

describe('a cancelled run', () => {
  it('closes as cancelled, frees the place of its job, and calls nobody', async () => {
    const connected = await scene();
    await holdUpRun(engine, connected);
    const first = await connected.start('first');
    const runId = (await until(async () => (await engine.app.jobs.find(connected.jobId))?.runningRunId)) as string;
    await first.cancel();
    expect(await first.result()).toMatchObject({ outcome: 'cancelled' });
    expect(await engine.app.runs.find(runId)).toMatchObject({ outcome: 'cancelled' });
    expect(await connected.run('second')).toMatchObject({ outcome: 'succeeded' });
    const incidents = await engine.app.incidents.list({ connectionId: connected.connectionId, limit: 5 });
    expect(incidents.items).toEqual([]);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  engine.canaries.add('See you at nine').add('Your technician is on the way.');
  expect(await engine.leaks()).toEqual([]);
});
