/** What things cost Temporal. Cost follows work, not traffic; these bounds keep it from growing unseen. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { usualWindowMs } from '../../api/webhooks/wake.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { signForm } from '../api/twilio-signature.ts';
import { send } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, type Launched } from '../harness/scene.ts';
import { costOfConnection, costOfWorkflow } from '../harness/temporal-cost.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ wakeWindowMs: usualWindowMs });
}, 120_000);
afterAll(() => engine.stop());

it('costs at most 20 events when a sync finds nothing to do', async () => {
  const { connectionId, companyId, providerKey } = await connect(engine, { messages: 0 });
  const job = (await engine.app.jobs.list(connectionId)).find(({ stream }) => stream === 'messages')!;
  const workflowId = workflowIds.syncOnDemand(job.id, 'idle');
  await engine.client.workflow.execute('syncRun', {
    workflowId,
    taskQueue: taskQueues.sync,
    args: [{ connectionId, companyId, providerKey, jobId: job.id, trigger: 'manual' }],
  });
  expect((await costOfWorkflow(engine.client, workflowId)).events).toBeLessThanOrEqual(20);
});

it('costs at most 100 events to take and apply 1,000 webhooks of one connection', async () => {
  const launched = await connect(engine, { messages: 0 });
  const { connectionId } = launched;
  const sids = Array.from({ length: 1_000 }, (_, index) => `SM${String(index).padStart(32, '0')}`);
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      for (let sid = sids.pop(); sid; sid = sids.pop()) await postInbound(launched, sid);
    }),
  );
  await until(
    () => engine.traffic.events.list({ connectionId, limit: 1_000 }),
    ({ items }) => items.length === 1_000 && items.every(({ state }) => state === 'applied'),
    30_000,
  );
  const { drainEvents } = await costWhenIdle(connectionId);
  expect(drainEvents!.events).toBeLessThanOrEqual(100);
});

it('costs at most 25 events to send a message and hear that it was delivered', async () => {
  const sending = await send(engine, await connect(engine));
  expect(await sending.ends()).toEqual({ status: 'delivered' });
  expect((await costOfWorkflow(engine.client, workflowIds.message(sending.deliveryId))).events).toBeLessThanOrEqual(25);
});

it('costs nothing to have a connection but the runs of its Schedules', async () => {
  const { connectionId } = await connect(engine, { messages: 0, policy: { cadenceS: { messages: 2, usage: 2 } } });
  const scheduled = async () =>
    (await engine.app.runs.list({ connectionId, limit: 100 })).items.filter(
      ({ trigger, outcome }) => trigger === 'schedule' && outcome === 'succeeded',
    ).length;
  const soFar = await until(scheduled, (runs) => runs > 0, 30_000);
  const { syncRun: _, ...before } = await costOfConnection(engine.client, connectionId);
  await until(scheduled, (runs) => runs >= soFar + 4, 60_000);

  const { syncRun, ...after } = await costOfConnection(engine.client, connectionId);
  expect(after).toEqual(before);
  expect(syncRun!.events / syncRun!.runs).toBeLessThanOrEqual(20);
  // Comparing each run with what is usual is part of closing it.
  const figures = await engine.app.baselines.read({ connectionId, subject: 'messages' });
  expect([...figures.keys()].toSorted()).toEqual(['records_changed', 'records_read', 'run_duration']);
});

async function postInbound({ connectionId, account }: Launched, sid: string): Promise<void> {
  const url = `${engine.url}/webhooks/twilio/${connectionId}`;
  const form = { MessageSid: sid, From: '+14155550177', To: account.number, Body: 'Yes', SmsStatus: 'received' };
  const headers = { 'x-twilio-signature': signForm(account.authToken, url, form) };
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

/** Once what was under way has ended, and Temporal's list knows of it. */
async function costWhenIdle(connectionId: string) {
  let last = '';
  return until(
    () => costOfConnection(engine.client, connectionId),
    (costs) => last === (last = JSON.stringify(costs)),
  );
}
