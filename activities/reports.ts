/** The reports of a company's weeks and months. Each activity is repeatable: the same period twice is one report. */
import { heartbeat } from '@temporalio/activity';
import type { Connection } from '../db/app/stores/connections.ts';
import { counted } from '../domain/counted.ts';
import { isLaunched } from '../domain/drift.ts';
import { metricKeys } from '../domain/metrics.ts';
import { periodAt, periodBefore, periodKinds, reportAfterMs, type Period, type PeriodKind } from '../domain/periods.ts';
import type { ActivityDeps } from './deps.ts';
import { actOn } from './report-acts.ts';
import { takePeriods } from './period-values.ts';

const pageSize = 200;
/** Reports that are older than this are looked for among those of one query. */
const madeSinceMs = 40 * 86_400_000;

export interface ReportRef {
  companyId: string;
  kind: PeriodKind;
  /** `2026-W47` or `2026-11`. */
  periodKey: string;
  /** A day of the period, `YYYY-MM-DD`. */
  day: string;
}

export function reportActivities(deps: ActivityDeps) {
  const { app } = deps;
  return {
    /** One page of connections; `after` is absent when it was the last. */
    async takePeriodValues(input: { after?: string }): Promise<{ taken: number; after?: string }> {
      const page = await app.connections.inOrder({ after: input.after ?? null, limit: pageSize });
      let taken = 0;
      for (const connection of page.filter(({ state }) => isLaunched(state))) {
        taken += await takePeriods(deps, connection, await zoneOf(connection));
        heartbeat();
      }
      return { taken, ...(page.length === pageSize && { after: page.at(-1)!.id }) };
    },

    /** Starts the report of each period that ended and has none. One page of companies; `after` is absent when it was the last. */
    async openReports(input: { after?: string }): Promise<{ opened: number; after?: string }> {
      const page = await app.reports.companies({ after: input.after ?? null, limit: pageSize });
      const now = deps.now();
      const since = new Date(now.getTime() - madeSinceMs).toISOString().slice(0, 10);
      const made = await app.reports.made(page.map(({ companyId }) => companyId), since); // prettier-ignore
      const isMade = (id: string, period: Period) =>
        made.some(({ companyId, periodStart, periodEnd }) => companyId === id && periodStart === period.firstDay && periodEnd === period.lastDay); // prettier-ignore
      let opened = 0;
      for (const { companyId, timeZone } of page) {
        for (const period of endedPeriods(now, timeZone)) {
          if (isMade(companyId, period)) continue;
          const { kind, key: periodKey, firstDay: day } = period;
          if (await deps.temporal.startReport({ companyId, kind, periodKey, day })) opened += 1;
        }
        heartbeat();
      }
      return { opened, ...(page.length === pageSize && { after: page.at(-1)!.companyId }) };
    },

    /** `null` while the company has no value of the period: it is asked again in an hour. */
    async buildReport({
      companyId,
      kind,
      day,
    }: ReportRef): Promise<{ reportId: string | null; created: boolean; lines: number }> {
      const company = await app.companies.find(companyId);
      if (!company) return { reportId: null, created: false, lines: 0 };
      const period = periodAt(kind, new Date(`${day}T12:00:00Z`), company.timeZone);
      const connections = await launchedOf(companyId);
      for (const connection of connections) await takePeriods(deps, connection, company.timeZone);
      const previousKey = periodBefore(period, company.timeZone).key;
      const ready = await app.reports.ready({ companyId, period, previousKey });
      if (ready.length === 0) return { reportId: null, created: false, lines: 0 };
      const lines = ready
        .map(({ providerKey, ...line }) => ({ ...line, sourceLabel: deps.getProvider(providerKey).label }))
        .toSorted((a, b) => metricKeys.indexOf(a.metricKey) - metricKeys.indexOf(b.metricKey));
      const delivered = connections.filter(({ lastSuccessAt }) => lastSuccessAt !== null && lastSuccessAt >= period.end).length;
      const completeness = `${delivered} of ${counted(connections.length, 'connection')}`;
      return { ...(await app.reports.create({ companyId, period, completeness, lines })), lines: lines.length };
    },

    /** What the report's metrics set off by their own rules. */
    async actOnReport({ reportId }: { reportId: string }): Promise<{ met: number }> {
      const report = await app.reports.find(reportId);
      return { met: report ? await actOn(deps, report) : 0 };
    },
  };

  async function zoneOf({ companyId }: Connection): Promise<string> {
    return (await app.companies.find(companyId))?.timeZone ?? 'UTC';
  }

  async function launchedOf(companyId: string): Promise<Connection[]> {
    const { items } = await app.connections.list({ companyId, limit: pageSize });
    return items.filter(({ state }) => isLaunched(state));
  }
}

/** The last week and month that ended long enough ago for a report. */
function endedPeriods(now: Date, timeZone: string): Period[] {
  return periodKinds
    .map((kind) => periodBefore(periodAt(kind, now, timeZone), timeZone))
    .filter(({ end }) => now.getTime() >= end.getTime() + reportAfterMs);
}
