import { z } from 'zod';
import { metricPeriods, unitOf } from '../../../domain/metric-definition.ts';
import { definitionOf, metricKeys } from '../../../domain/metrics.ts';
import type { Report } from '../../../db/app/stores/reports.ts';
import type { ReportLine } from '../../../db/app/report-lines.ts';
import { day, moment } from '../../schemas.ts';

const value = z.string().nullable();

/** A line as a client sees it, and nothing else. */
const lineSchema = z
  .strictObject({
    title: z.string(),
    sourceLabel: z.string(),
    unit: z.string(),
    value: value.meta({ description: 'Null when there was nothing to take a rate or a median of.' }),
    previous: value.meta({ description: 'Of the period before.' }),
    baseline: z.object({ value: z.string(), date: day, period: z.string() }).nullable(),
    leftOut: z.number().meta({ description: 'Deals that are not in it: without an amount, or in another currency.' }),
    enteredByPerson: z.boolean().meta({ description: 'A person said so while the source was away.' }),
    correction: z
      .object({ date: day, valueBefore: value })
      .nullable()
      .meta({ description: 'When what arrived late changed the value, and what it was.' }),
  })
  .meta({ id: 'ReportLine' });

const kind = z.enum(['week', 'month']);

/** A report as a client sees it. */
export const publishedReportSchema = z
  .strictObject({ kind, from: day, until: day, completeness: z.string().nullable(), lines: z.array(lineSchema) })
  .meta({ id: 'PublishedReport' });

export const reportSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    publication: z.enum(['draft', 'published']),
    kind,
    from: day,
    until: day,
    completeness: z.string().nullable(),
    createdAt: moment,
    publishedAt: moment.nullable(),
    lines: z.array(lineSchema.extend({ metricKey: z.enum(metricKeys) }).meta({ id: 'OwnReportLine' })),
  })
  .meta({ id: 'Report' });

export const describePublished = (report: Report): z.input<typeof publishedReportSchema> => ({
  kind: report.kind,
  from: report.periodStart,
  until: report.periodEnd,
  completeness: report.completeness,
  lines: report.lines.map(describeLine),
});

export const describeReport = (report: Report): z.input<typeof reportSchema> => ({
  ...describePublished(report),
  id: report.id,
  companyId: report.companyId,
  publication: report.state,
  createdAt: report.createdAt,
  publishedAt: report.publishedAt,
  lines: report.lines.map((line) => ({ ...describeLine(line), metricKey: line.metricKey })),
});

function describeLine(line: ReportLine): z.input<typeof lineSchema> {
  const metric = definitionOf(line.metricKey);
  const { baseline, recomputedAt } = line;
  return {
    title: metric.title,
    sourceLabel: line.sourceLabel,
    unit: line.currency ?? unitOf(metric, line.value),
    value: line.value,
    previous: line.previous,
    baseline: baseline && { value: baseline.value, date: dayOf(baseline.at), period: metricPeriods[metric.period].label },
    leftOut: line.leftOut,
    enteredByPerson: line.enteredByPerson,
    correction: recomputedAt && { date: dayOf(recomputedAt), valueBefore: line.valueBefore },
  };
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
