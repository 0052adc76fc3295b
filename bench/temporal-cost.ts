/** What things cost Temporal, in events of history and in actions. The bounds are asserted in `test/workflows/cost.test.ts`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import { twilio } from '../providers/twilio/index.ts';
import { send } from '../test/harness/delivery.ts';
import { connect } from '../test/harness/scene.ts';
import type { Stack } from '../test/harness/stack.ts';
import { actionsOfSchedule, costOfConnection, costOfWorkflow, type TemporalCost } from '../test/harness/temporal-cost.ts';
import { figure, Incorrect, type Figure, type Part } from './figure.ts';
import type { LoadInput, LoadResult } from './load.ts';
import { runProgram } from './program.ts';

export const temporalCost: Part = {
  name: 'temporal',
  shares: 'the whole stack; these figures are counts, and no clock is read',
  async measure({ stack }) {
    const idleRun = await costOfIdleRun(stack);
    const webhooks = await costOfWebhooks(stack);
    const message = await costOfMessage(stack);
    return [
      ...both('an idle sync run', idleRun, 20),
      ...both('1,000 webhooks of one connection', webhooks, 100),
      ...both('a delivered message', message, 25),
      ...costOfDay(idleRun),
    ];
  },
};

function both(name: string, { events, actions }: TemporalCost, eventsMax: number): Figure[] {
  return [figure(name, 'events', [events], { wishes: [{ atMost: eventsMax }] }), figure(name, 'actions', [actions])];
}

async function costOfIdleRun(stack: Stack): Promise<TemporalCost> {
  const { connectionId, companyId, providerKey } = await connect(stack, { messages: 0 });
  const job = (await stack.app.jobs.list(connectionId)).find(({ stream }) => stream === 'messages')!;
  const workflowId = workflowIds.syncOnDemand(job.id, 'idle');
  await stack.client.workflow.execute('syncRun', {
    workflowId,
    taskQueue: taskQueues.sync,
    args: [{ connectionId, companyId, providerKey, jobId: job.id, trigger: 'manual' }],
  });
  return costOfWorkflow(stack.client, workflowId);
}

async function costOfWebhooks(stack: Stack): Promise<TemporalCost> {
  const { connectionId, account } = await connect(stack, { messages: 0 });
  await idle(stack, connectionId);
  const before = (await costOfConnection(stack.client, connectionId))['drainEvents'];
  const { accepted } = await runProgram<LoadResult>('load.ts', {
    url: `${stack.url}/webhooks/twilio/${connectionId}`,
    authToken: account.authToken,
    connections: 16,
    warmUpMs: 0,
    measureMs: 60_000,
    requestsMax: 1_000,
  } satisfies LoadInput);
  if (accepted !== 1_000) throw new Incorrect(`Of 1,000 webhooks ${accepted} were accepted.`);
  await idle(stack, connectionId);
  const { drainEvents } = await costOfConnection(stack.client, connectionId);
  return {
    events: drainEvents!.events - (before?.events ?? 0),
    actions: drainEvents!.actions - (before?.actions ?? 0),
  };
}

/** Nothing waits any more, the last wake-up's window is over, and Temporal's list of workflows knows of it. */
async function idle({ traffic }: Stack, connectionId: string): Promise<void> {
  while ((await traffic.events.countWaiting(connectionId)) > 0) await sleep(50);
  await sleep(3_000);
}

async function costOfMessage(stack: Stack): Promise<TemporalCost> {
  const sending = await send(stack, await connect(stack));
  const { status } = await sending.ends();
  if (status !== 'delivered') throw new Incorrect(`The message ended as ${status}.`);
  return costOfWorkflow(stack.client, workflowIds.message(sending.deliveryId));
}

/** A connection with nothing to do costs its Schedules' runs and nothing else, which the test shows; so a day is a product. */
function costOfDay({ events, actions }: TemporalCost): Figure[] {
  const runs = Object.values(twilio.streams).reduce((sum, { cadenceS }) => sum + 86_400 / cadenceS, 0);
  const name = `an idle connection for a day (${runs} runs)`;
  return [figure(name, 'events', [runs * events]), figure(name, 'actions', [runs * (actions + actionsOfSchedule)])];
}
