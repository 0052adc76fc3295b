import type { Report } from '../db/app/stores/reports.ts';
import type { ReportLine } from '../db/app/report-lines.ts';
import { judgeActs, type JudgedAct } from '../domain/metric-acts.ts';
import { definitionOf } from '../domain/metrics.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * What the metrics of a report set off by their rules, one open item for each connection and metric. A task whose rule is met no more is
 * closed. Answers how many were met. Repeatable.
 */
export async function actOn(deps: ActivityDeps, report: Report): Promise<number> {
  let met = 0;
  for (const line of report.lines) {
    const facts = { value: line.value, previous: line.previous, baseline: line.baseline?.value ?? null };
    const days = { from: report.periodStart, until: report.periodEnd };
    for (const judged of judgeActs(definitionOf(line.metricKey), facts, days)) {
      if (judged.met) met += 1;
      await carryOut[judged.act.makes](deps, report, line, judged);
    }
  }
  return met;
}

type CarryOut = (deps: ActivityDeps, report: Report, line: ReportLine, judged: JudgedAct) => Promise<unknown>;

const carryOut: Record<JudgedAct['act']['makes'], CarryOut> = {
  async admin_task({ app }, { companyId }, { connectionId, metricKey }, { met, sentence }) {
    const subject = `${connectionId}:${metricKey}`;
    if (!met) return app.tasks.completeBySubject(subject, 'The newest report says otherwise.', 'engine');
    const asked = `${sentence} Look at the deals or messages behind it, and tell the client what happens next.`;
    return app.tasks.open({ companyId, connectionId, cause: `metric_${metricKey}`, subject, sentence: asked });
  },

  /** The pass that compares database and Temporal starts the escalation. */
  async incident({ app }, { companyId }, { connectionId }, { met, sentence }) {
    if (met) await app.incidents.open({ companyId, connectionId, cause: 'record_rejected', sentence });
  },

  /** A draft that somebody reads before a client does, unless the rule says otherwise. Without a business action there is nothing to point at. */
  async note({ app, traffic }, { companyId, periodStart: from, periodEnd: until }, line, { act, met, sentence }) {
    const { connectionId, metricKey, sourceLabel } = line;
    if (!met || (await app.notes.ofMetric({ connectionId, metricKey, from, until }))) return;
    const dayMs = 86_400_000;
    const happened = { from: new Date(Date.parse(from) - dayMs), until: new Date(Date.parse(until) + 2 * dayMs) };
    const activity = await traffic.activity.latest({ connectionId, kind: metricKey, ...happened });
    if (!activity) return;
    await app.notes.create(
      {
        companyId,
        connectionId,
        body: sentence,
        sourceLabel,
        from,
        until,
        action: activity.sentence.slice(0, 200),
        activityId: activity.id,
        automationRunId: null,
        state: act.makes === 'note' && act.publishes ? 'published' : 'draft',
        metricKey,
      },
      { actor: 'engine' },
    );
  },
};
