/** A server that everything stands on goes away, and comes back. Nobody does anything but start it again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { commandsOf } from '../../harness/connector.ts';
import { connect, type Launched } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { readCards } from '../cards.ts';
import { compareInbound, inboundMessages, post, postUntilTaken, type Posted } from '../inbound.ts';
import { inLanes } from '../../harness/lanes.ts';
import type { Lab } from '../lab.ts';
import { fillAccount, mirrored } from '../mirror.ts';
import { together, type Scenario } from '../scenario.ts';

const perOutage = 100;

const temporalStopped: Scenario = {
  name: 'Temporal stopped while webhooks arrive',
  times: { short: 1, full: 3 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    const messages = inboundMessages(launched, perOutage * times);
    const refused: string[] = [];
    for (let time = 0; time < times; time += 1) {
      await lab.temporal.kill('SIGTERM');
      const answers = await inLanes(messages.slice(time * perOutage, (time + 1) * perOutage), 16, (one) =>
        post(lab, launched, one),
      );
      for (const { status } of answers) if (status !== 200) refused.push(`A webhook was answered ${status} without Temporal.`);
      // The second time for longer than a wake-up waits for its answer.
      if (time === 1) await sleep(12_000);
      await lab.temporal.start();
    }
    return {
      injected: times,
      async settle() {
        const findings = await compareInbound(lab, launched, messages);
        return { ...findings, stuck: [...refused, ...findings.stuck] };
      },
    };
  },
};

const mysqlStopped: Scenario = {
  name: 'both MySQL servers killed while webhooks arrive and a sync runs',
  times: { short: 0, full: 3 },
  async inject(lab, times) {
    const receiving = await connect(lab, { messages: 0 });
    const messages = inboundMessages(receiving, perOutage * times);
    const pulling: Launched[] = [];
    const unclear: string[] = [];
    const takenLater: Promise<unknown>[] = [];
    for (let time = 0; time < times; time += 1) {
      const launched = await connect(lab, { messages: 0 });
      await pullSlowly(lab, launched);
      pulling.push(launched);
      await Promise.all([lab.mysql.app.kill(), lab.mysql.traffic.kill()]);
      const now = messages.slice(time * perOutage, (time + 1) * perOutage);
      const answers = await inLanes(now, 16, (one) => post(lab, receiving, one));
      unclear.push(...answers.flatMap((answer) => refusedWrongly(answer)));
      await Promise.all([lab.mysql.app.start(), lab.mysql.traffic.start()]);
      takenLater.push(inLanes(now, 16, (one) => postUntilTaken(lab, receiving, one)));
    }
    // Looked at here: the next row takes a database away again.
    await Promise.all(takenLater);
    const mirrors = await Promise.all(pulling.map((launched) => mirrored(lab, launched)));
    const findings = together([await compareInbound(lab, receiving, messages), ...mirrors]);
    return { injected: times, settle: async () => ({ ...findings, stuck: [...unclear, ...findings.stuck] }) };
  },
};

const trafficStopped: Scenario = {
  name: 'the traffic database alone killed: syncs and cards go on',
  times: { short: 1, full: 3 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    await fillAccount(lab, launched, 50);
    const messages = inboundMessages(launched, times);
    const wrong: string[] = [];
    for (const message of messages) {
      await lab.mysql.traffic.kill();
      wrong.push(...refusedWrongly(await post(lab, launched, message)));
      const commands = commandsOf(lab, launched);
      const answer = await commands.syncNow();
      if (answer.verdict !== 'accepted') wrong.push(`A sync was ${answer.verdict} without the traffic database.`);
      else
        for (const { runId } of answer.runs) {
          const run = await until(
            () => lab.app.runs.find(runId),
            (found) => found?.outcome !== null,
            30_000,
          );
          if (run?.outcome !== 'succeeded') wrong.push(`The run ${runId} ${run?.outcome} without the traffic database.`);
        }
      const cards = await readCards(lab, launched);
      if (cards.length === 0 || cards.some(({ status }) => status !== 'current'))
        wrong.push(`The cards say ${cards.map(({ status }) => status).join(', ')} without the traffic database.`);
      await lab.mysql.traffic.start();
      await postUntilTaken(lab, launched, message);
    }
    return {
      injected: times,
      async settle() {
        const findings = await compareInbound(lab, launched, messages);
        return { ...findings, stuck: [...wrong, ...findings.stuck] };
      },
    };
  },
};

export const outageScenarios: Scenario[] = [temporalStopped, mysqlStopped, trafficStopped];

/** What a sender must hear while its event cannot be stored: 503, and when to come again. */
function refusedWrongly({ status, retryAfter }: Posted): string[] {
  return status === 503 && retryAfter ? [] : [`A webhook was answered ${status}, Retry-After ${retryAfter}, without a database.`];
}

/** A run is under way and will be for a while: each page takes its time at the far end. */
async function pullSlowly(lab: Lab, launched: Launched): Promise<void> {
  const { accountSid } = launched.account;
  await fillAccount(lab, launched, 2_500);
  const match = { path: `/Accounts/${accountSid}/Messages.json` };
  await lab.sandbox.control('twilio', 'fault', { kind: 'delay', ms: 1_000, times: 3, match });
  await commandsOf(lab, launched).syncNow('messages');
  await until(
    () =>
      lab.rows<{ cursor: string | null }>(
        'app',
        'SELECT next_cursor AS `cursor` FROM integration_sync_jobs WHERE connection_id = ?',
        [launched.connectionId],
      ),
    (jobs) => jobs.some(({ cursor }) => cursor?.includes('Page=1')),
  );
}
