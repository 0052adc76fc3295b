/** Much at once, to one connection. */
import { runFinishedSignal } from '../../../workflows/messages.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { commandsOf } from '../../harness/connector.ts';
import { connect } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { compareInbound, inboundMessages, postUntilTaken } from '../inbound.ts';
import { inLanes } from '../../harness/lanes.ts';
import type { Lab } from '../lab.ts';
import { residentMib } from '../memory.ts';
import { nothing, type Scenario } from '../scenario.ts';

/** Where the server suggests to continue as new, with room for what arrives before the workflow does so. */
const connectorEventsMax = 8_000;
/** Wake-ups come once in a window, whatever the traffic. */
const drainEventsMax = 400;
/** A burst may leave this much behind in a process: pools and compiled code, not events. */
const growthMibMax = 60;

const signals: Scenario = {
  name: '5,000 signals to one connector, and its worker killed meanwhile',
  times: { short: 0, full: 1 },
  async inject(lab) {
    // Patient, so that each signal only counts: the count is then what shows that none was lost.
    const launched = await connect(lab, { messages: 0, policy: { escalateAfterFailedRuns: 1_000_000 } });
    const { connector, connectionId } = launched;
    const [job] = await lab.app.jobs.list(connectionId);
    const all = Array.from({ length: 5_000 }, (_, index) => index);
    const told = inLanes(all, 32, (index) =>
      connector.signal(runFinishedSignal, {
        jobId: job!.id,
        runId: `run_told_${index}`,
        outcome: 'failed',
        code: 'provider_unavailable',
      }),
    );
    await until(
      () => commandsOf(lab, launched).status(),
      ({ failedInARow }) => (failedInARow[job!.id] ?? 0) > 1_000,
      60_000,
    );
    await lab.workers.kill();
    await lab.workers.start();
    await told;
    return {
      injected: all.length,
      async settle() {
        const findings = nothing(all.length);
        const counted = async () => (await commandsOf(lab, launched).status()).failedInARow[job!.id] ?? 0;
        const count = await until(counted, (now) => now >= all.length, 120_000).catch(() => counted());
        if (count < all.length) findings.lost.push(`${all.length - count} signals were not counted.`);
        if (count > all.length) findings.doubled.push(`${count - all.length} signals were counted twice.`);
        findings.stuck.push(...(await longHistories(lab, workflowIds.connector(connectionId), connectorEventsMax)));
        return findings;
      },
    };
  },
};

const burst: Scenario = {
  name: '10,000 webhooks in a burst to one connection',
  times: { short: 0, full: 1 },
  async inject(lab) {
    const launched = await connect(lab, { messages: 0 });
    const warm = inboundMessages(launched, 3_000);
    const messages = inboundMessages(launched, 10_000);
    const isDrained = () =>
      until(
        () => lab.traffic.events.countWaiting(launched.connectionId),
        (waiting) => waiting === 0,
        120_000,
      );
    await inLanes(warm, 64, (message) => postUntilTaken(lab, launched, message));
    await isDrained();
    const before = { api: residentMib(lab.api.pid), workers: residentMib(lab.workers.pid) };
    const peak = { ...before };
    const timer = setInterval(() => {
      peak.api = Math.max(peak.api, residentMib(lab.api.pid));
      peak.workers = Math.max(peak.workers, residentMib(lab.workers.pid));
    }, 100);
    await inLanes(messages, 64, (message) => postUntilTaken(lab, launched, message));
    await isDrained().finally(() => clearInterval(timer));
    return {
      injected: messages.length,
      async settle() {
        const findings = await compareInbound(lab, launched, [...warm, ...messages]);
        for (const process of ['api', 'workers'] as const) {
          const growth = Math.round(peak[process] - before[process]);
          if (growth > growthMibMax) findings.stuck.push(`The memory of ${process} grew by ${growth} MiB during the burst.`);
        }
        findings.stuck.push(...(await longHistories(lab, workflowIds.events(launched.connectionId), drainEventsMax)));
        return findings;
      },
    };
  },
};

export const loadScenarios: Scenario[] = [signals, burst];

/** Every run of the workflow whose history is longer than it may be. */
async function longHistories(lab: Lab, workflowId: string, eventsMax: number): Promise<string[]> {
  const long: string[] = [];
  for await (const { runId, historyLength } of lab.client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    if (historyLength > eventsMax) long.push(`${workflowId} (${runId}) has ${historyLength} events in its history.`);
  return long;
}
