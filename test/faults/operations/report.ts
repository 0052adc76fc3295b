/** Last week and last month become reports, whoever opens them how often. */
import { periodAt, periodBefore, periodKinds, type Period } from '../../../domain/periods.ts';
import { reportStart, taskQueues, workflowIds } from '../../../domain/workflow-ids.ts';
import { connect } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { listAtTwilio } from '../mirror.ts';
import { nothing } from '../scenario.ts';
import type { Operation } from './operation.ts';

const zone = 'UTC';
const madeWithinMs = 240_000;
const askEveryMs = 2_500;
/** A pass asks after every company there is. */
const passEvery = 4;
let passes = 0;

export const report: Operation = {
  name: 'report',
  async prepare(lab) {
    const launched = await connect(lab, { messages: 600, messageDays: 45 });
    const { companyId, connectionId } = launched;
    // As if it had been connected for months.
    await lab.rows('app', 'UPDATE integration_connections SET created_at = created_at - INTERVAL 100 DAY WHERE id = ?', [
      connectionId,
    ]);
    const periods = periodKinds.map((kind) => periodBefore(periodAt(kind, new Date(), zone), zone));
    const reports = async () => (await lab.app.reports.list({ companyId, limit: 50 })).items;
    let asked = 0;
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(askEveryMs)) {
          if (asked % passEvery === 0) {
            passes += 1;
            const workflowId = `${workflowIds.reports}-${passes}`;
            await lab.client.workflow
              .start('openReports', { workflowId, taskQueue: taskQueues.lifecycle, args: [] })
              .catch(() => undefined);
          }
          for (const { kind, key: periodKey, firstDay: day } of periods)
            await lab.client.workflow.start('report', reportStart({ companyId, kind, periodKey, day })).catch(() => undefined);
          asked += 1;
        }
      },
      phase: () => `asked ${asked} times`,
      async settle() {
        const made = await until(reports, ({ length }) => length >= periods.length, madeWithinMs).catch(reports);
        const messages = await listAtTwilio(lab, launched);
        const findings = nothing(periods.length);
        for (const period of periods) {
          const ofPeriod = made.filter(
            ({ periodStart, periodEnd }) => periodStart === period.firstDay && periodEnd === period.lastDay,
          );
          if (ofPeriod.length === 0) findings.lost.push(`There is no report of ${period.key} of ${companyId}.`);
          if (ofPeriod.length > 1)
            findings.doubled.push(`There are ${ofPeriod.length} reports of ${period.key} of ${companyId}.`);
          const lines = ofPeriod[0]?.lines ?? [];
          const values = Object.fromEntries(lines.map(({ metricKey, value }) => [metricKey, Number(value)]));
          for (const [metric, wanted] of Object.entries(countedIn(period, messages)))
            if (ofPeriod[0] && values[metric] !== wanted)
              findings.lost.push(`${metric} of ${period.key} of ${companyId} is ${values[metric]}, and Twilio has ${wanted}.`);
          if (new Set(lines.map(({ metricKey }) => metricKey)).size < lines.length)
            findings.doubled.push(`The report of ${period.key} of ${companyId} has a metric twice.`);
        }
        return findings;
      },
    };
  },
};

function countedIn({ start, end }: Period, messages: Awaited<ReturnType<typeof listAtTwilio>>) {
  const within = messages.filter(
    ({ date_sent: sent }) => Date.parse(sent) >= start.getTime() && Date.parse(sent) < end.getTime(),
  );
  return {
    messages_delivered: within.filter(({ status }) => status === 'delivered').length,
    messages_received: within.filter(({ status }) => status === 'received').length,
  };
}
