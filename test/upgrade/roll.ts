/** The previous release has work of every kind under way; this checkout's workers and API take over; everything ends as it should. */
import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import { createPool, type RowDataPacket } from 'mysql2/promise';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { acknowledgeUpdate } from '../../workflows/messages.ts';
import { compareInbound, inboundMessages, postUntilTaken, type Inbound } from '../faults/inbound.ts';
import { commandsOf } from '../harness/connector.ts';
import { plan, send } from '../harness/delivery.ts';
import { beginOnboarding, breakTwilio, confirmSteps, connect, type Launched } from '../harness/scene.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { until } from '../harness/until.ts';
import type { Previous } from './previous.ts';

/** Something that is under way when the workers change. `finish` throws with what did not end as it should. */
interface UnderWay {
  what: string;
  finish(): Promise<unknown>;
}
export interface Outcome {
  what: string;
  /** `null` when it ended as it should. */
  trouble: string | null;
}

export async function roll({ folder }: Previous, say: (line: string) => void): Promise<Outcome[]> {
  const stack = await startStack({ codeOf: folder });
  try {
    say('the previous release runs on the new schema');
    const underWay = await begin(stack);
    const [newWorkers, newApi] = [await stack.successor('workers'), await stack.successor('api')];
    await newWorkers.start();
    say('new workers run beside the old ones');
    await sleep(3_000);
    await stack.workers.kill('SIGTERM');
    say('the old workers have stopped');
    await stack.api.kill('SIGTERM');
    await newApi.start();
    say('the new API has taken the place of the old one');
    const outcomes: Outcome[] = [];
    for (const { what, finish } of underWay) outcomes.push({ what, trouble: await troubleOf(finish) });
    outcomes.push({ what: 'no workflow task failed', trouble: await troubleOf(() => noFailedTask(stack)) });
    return outcomes;
  } finally {
    await stack.stop();
  }
}

const troubleOf = (finish: () => Promise<unknown>): Promise<string | null> =>
  finish().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

function expectThat(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}

/** Begins everything with the old processes, and answers how each goes on with the new ones. */
async function begin(stack: Stack): Promise<UnderWay[]> {
  const [idle, paused, failing, syncing, drained] = await Promise.all([
    connect(stack),
    connect(stack),
    connect(stack),
    connect(stack, { messages: 2_500 }),
    connect(stack),
  ]);
  const half = await beginOnboarding(stack);
  await confirmSteps(half, ['access', 'records', 'mapping']);
  await commandsOf(stack, paused).pause();
  return [
    {
      what: 'an onboarding half way is launched',
      async finish() {
        await confirmSteps(half, ['test_run', 'baseline', 'launch']);
        await half.onboarding.result();
      },
    },
    {
      what: 'a connector takes commands',
      async finish() {
        const commands = commandsOf(stack, idle);
        await commands.syncNow('messages');
        await commands.idle();
        await commands.pause();
        await commands.reaches('paused');
      },
    },
    {
      what: 'a paused connection resumes',
      async finish() {
        await commandsOf(stack, paused).resume();
        await commandsOf(stack, paused).reaches('active');
      },
    },
    await openEscalation(stack, failing),
    await syncBetweenPages(stack, syncing),
    await messageAwaitingStatus(stack, idle),
    drainUnderLoad(stack, drained),
  ];
}

async function openEscalation(stack: Stack, failing: Launched): Promise<UnderWay> {
  const commands = commandsOf(stack, failing);
  await commands.tellFailedRun('credentials_rejected');
  await commands.reaches('needs_reauthorization');
  const [incident] = await until(
    () => stack.app.incidents.openOf([failing.connectionId]),
    (open) => open.length === 1,
  );
  const handle = stack.client.workflow.getHandle(workflowIds.escalation(incident!.id));
  return {
    what: 'an open escalation is acknowledged, and ends with the recovery',
    async finish() {
      await handle.executeUpdate(acknowledgeUpdate, { args: [{ by: failing.company.owner.id }] });
      await commands.reauthorize();
      await commands.reaches('active');
      await until(
        () => stack.app.incidents.find(incident!.id),
        (now) => now?.state === 'recovered',
      );
      await handle.result();
    },
  };
}

/** Each page takes seconds; the workers change after the first. */
async function syncBetweenPages(stack: Stack, syncing: Launched): Promise<UnderWay> {
  const jobOfMessages = async () =>
    (await stack.app.jobs.list(syncing.connectionId)).find(({ stream }) => stream === 'messages')!;
  await commandsOf(stack, syncing).idle();
  await stack.app.jobs.restart(syncing.connectionId, 'message', { actor: 'test' });
  await breakTwilio(stack, syncing, '/Messages.json', { kind: 'delay', method: 'GET', ms: 6_000, times: 4 });
  await commandsOf(stack, syncing).syncNow('messages');
  const { runningRunId } = await until(jobOfMessages, ({ runningRunId: run, cursor }) => run !== null && cursor !== null, 60_000);
  return {
    what: 'a sync run between two pages reads the rest, each record once',
    async finish() {
      const run = await until(
        () => stack.app.runs.find(runningRunId!),
        (now) => now?.outcome !== null,
        120_000,
      );
      expectThat(run?.outcome === 'succeeded', `The run ended as ${run?.outcome}: ${run?.sentence}`);
      const rows = await count(stack, 'SELECT COUNT(*) AS counted FROM messages WHERE connection_id = ?', syncing.connectionId);
      expectThat(rows === 2_500, `${rows} messages have rows, not 2500.`);
    },
  };
}

async function messageAwaitingStatus(stack: Stack, launched: Launched): Promise<UnderWay> {
  await plan(stack, launched, [
    { status: 'sent', delayMs: 100 },
    { status: 'delivered', delayMs: 45_000 },
  ]);
  const sending = await send(stack, launched, { policy: { statusWithinMs: 60_000 } });
  await until(
    () => stack.app.deliveries.find(sending.deliveryId),
    (delivery) => delivery?.status === 'sent',
  );
  return {
    what: 'a message that awaits its status is delivered, once',
    async finish() {
      const { status } = await sending.ends();
      expectThat(status === 'delivered', `The message ended as ${status}.`);
      const sent = (await sending.atTwilio()).length;
      expectThat(sent === 1, `The message exists ${sent} times at the provider.`);
    },
  };
}

/** Twenty webhooks a second, through both changes. */
function drainUnderLoad(stack: Stack, drained: Launched): UnderWay {
  const taken: Inbound[] = [];
  let isOver = false;
  const load = (async () => {
    while (!isOver) {
      const [message] = inboundMessages(drained, 1);
      await postUntilTaken(stack, drained, message!);
      taken.push(message!);
      await sleep(50);
    }
  })();
  load.catch(() => undefined); // `finish` tells of it
  return {
    what: 'webhooks that come all the while are applied, each once',
    async finish() {
      isOver = true;
      await load;
      const { lost, doubled, stuck } = await withRows(stack, (rows) => compareInbound({ rows }, drained, taken, 60_000));
      const troubles = [...lost, ...doubled, ...stuck];
      expectThat(troubles.length === 0, `${troubles.length} of ${taken.length}: ${troubles[0]}`);
    },
  };
}

type Rows = <T>(part: 'app' | 'traffic', sql: string, values?: unknown[]) => Promise<T[]>;

async function withRows<T>({ databases }: Stack, work: (rows: Rows) => Promise<T>): Promise<T> {
  const pools = { app: createPool(databases.app), traffic: createPool(databases.traffic) };
  const rows = async <Row>(part: 'app' | 'traffic', sql: string, values: unknown[] = []) => {
    const [found] = await pools[part].query<RowDataPacket[]>(sql, values);
    return found as Row[];
  };
  try {
    return await work(rows);
  } finally {
    await Promise.all([pools.app.end(), pools.traffic.end()]);
  }
}

const count = (stack: Stack, sql: string, id: string) =>
  withRows(stack, async (rows) => (await rows<{ counted: number }>('app', sql, [id]))[0]!.counted);

/** A signal came while the workflow was about to end: Temporal takes the task back and gives it anew. */
const isOfRace = ({ cause }: { cause?: unknown }) =>
  cause === proto.temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;

/** A change that is not guarded shows as tasks that fail again and again. */
async function noFailedTask({ client }: Stack): Promise<void> {
  const failed: string[] = [];
  let workflows = 0;
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    workflows += 1;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const causes = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: why }) =>
      why && !isOfRace(why) ? [why.failure?.message ?? 'no word'] : [],
    );
    if (causes[0]) failed.push(`${type} ${workflowId}: ${causes[0]}`);
  }
  expectThat(workflows > 0, 'Temporal lists no workflow at all.');
  expectThat(failed.length === 0, `${failed.length} of ${workflows} workflows: ${failed[0]}`);
}
