import type { Period, PeriodKind } from '../../../domain/periods.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { newId } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { readLines, type ReportLine } from '../report-lines.ts';
import type { By } from './audit.ts';

export interface Report {
  id: string;
  companyId: string;
  kind: PeriodKind;
  /** `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
  /** A client sees what is published. */
  state: 'draft' | 'published';
  /** For example "2 of 3 connections". */
  completeness: string | null;
  createdAt: Date;
  publishedAt: Date | null;
  lines: ReportLine[];
}

/** A snapshot that becomes a line. */
export interface NewLine {
  metricKey: MetricKey;
  snapshotId: string;
  previousSnapshotId: string | null;
  baselineSnapshotId: string | null;
  sourceLabel: string;
}

export interface ReportStore {
  /** The same period twice is one report, and the first one's lines stay. */
  create(input: {
    companyId: string;
    period: Period;
    completeness: string;
    lines: NewLine[];
  }): Promise<{ reportId: string; created: boolean }>;
  /** What stands ready to become lines: the period's values of a company's connections, without those that wait for a person. */
  ready(input: {
    companyId: string;
    period: Period;
    previousKey: string;
  }): Promise<(Omit<NewLine, 'sourceLabel'> & { providerKey: string })[]>;
  /** Which of these companies have a report of a period that ends with or after this day. */
  made(companyIds: string[], sinceDay: string): Promise<{ companyId: string; periodStart: string; periodEnd: string }[]>;
  /** Companies that have a launched connection, in the order of their ids. */
  companies(input: { after: string | null; limit: number }): Promise<{ companyId: string; timeZone: string }[]>;
  find(id: string): Promise<Report | null>;
  /** Newest first. */
  list(input: PageInput & { companyId: string; state?: Report['state'] | undefined }): Promise<Page<Report>>;
  /** Repeatable: the first publication stands. */
  publish(id: string, audit: By): Promise<Report>;
}

const columns = `id, company_id AS companyId, period_kind AS kind, CAST(period_start AS CHAR) AS periodStart,
  CAST(period_end AS CHAR) AS periodEnd, state, completeness, created_at AS createdAt, published_at AS publishedAt`;

export function reportStore(db: AppDb): ReportStore {
  const { sequelize } = db;

  const withLines = async (rows: Omit<Report, 'lines'>[]): Promise<Report[]> => {
    const lines = await readLines(sequelize, rows.map(({ id }) => id)); // prettier-ignore
    return rows.map((row) => ({ ...row, lines: lines.get(row.id) ?? [] }));
  };
  const find: ReportStore['find'] = async (id) => {
    const rows = await select<Omit<Report, 'lines'>>(sequelize, `SELECT ${columns} FROM report_reports WHERE id = :id`, { id });
    return (await withLines(rows))[0] ?? null;
  };

  return {
    find,

    create: ({ companyId, period, completeness, lines }) =>
      inTransaction(sequelize, async (transaction) => {
        const key = { companyId, firstDay: period.firstDay, lastDay: period.lastDay };
        const { affectedRows } = await write(
          sequelize,
          `INSERT INTO report_reports (id, company_id, period_start, period_end, period_kind, state, completeness)
           VALUES (:id, :companyId, :firstDay, :lastDay, :kind, 'draft', :completeness) ON DUPLICATE KEY UPDATE id = id`,
          { ...key, id: newId('report'), kind: period.kind, completeness },
          transaction,
        );
        const [row] = await select<{ id: string }>(
          sequelize,
          'SELECT id FROM report_reports WHERE company_id = :companyId AND period_start = :firstDay AND period_end = :lastDay',
          key,
          transaction,
        );
        const reportId = row!.id;
        const created = affectedRows === 1;
        if (created && lines.length > 0)
          await write(
            sequelize,
            `INSERT INTO report_metrics (report_id, position, metric_key, snapshot_id, previous_snapshot_id, baseline_snapshot_id,
               source_label) VALUES :rows`,
            {
              rows: lines.map((line, place) => [
                reportId,
                place + 1,
                line.metricKey,
                line.snapshotId,
                line.previousSnapshotId,
                line.baselineSnapshotId,
                line.sourceLabel,
              ]),
            },
            transaction,
          );
        return { reportId, created };
      }),

    ready: ({ companyId, period, previousKey }) =>
      select(
        sequelize,
        `SELECT s.metric_key AS metricKey, s.id AS snapshotId, before_it.id AS previousSnapshotId, baseline.id AS baselineSnapshotId,
           c.provider_key AS providerKey
         FROM integration_connections c
         JOIN metric_snapshots s ON s.connection_id = c.id AND s.kind = :kind AND s.origin = :key
         LEFT JOIN metric_snapshots before_it ON before_it.connection_id = c.id AND before_it.metric_key = s.metric_key
           AND before_it.kind = :kind AND before_it.origin = :previousKey
         LEFT JOIN metric_snapshots baseline ON baseline.connection_id = c.id AND baseline.metric_key = s.metric_key
           AND baseline.kind = 'baseline' AND baseline.origin = 'baseline'
         WHERE c.company_id = :companyId AND NOT EXISTS (SELECT 1 FROM metric_snapshots held WHERE held.connection_id = c.id
           AND held.metric_key = s.metric_key AND held.kind = 'held' AND held.origin = 'open')
         ORDER BY c.id, s.metric_key`,
        { companyId, kind: period.kind, key: period.key, previousKey },
      ),

    made: async (companyIds, sinceDay) =>
      companyIds.length === 0
        ? []
        : select(
            sequelize,
            `SELECT company_id AS companyId, CAST(period_start AS CHAR) AS periodStart, CAST(period_end AS CHAR) AS periodEnd
             FROM report_reports WHERE company_id IN (:companyIds) AND period_end >= :sinceDay`,
            { companyIds, sinceDay },
          ),

    companies: ({ after, limit }) =>
      select(
        sequelize,
        `SELECT co.id AS companyId, co.time_zone AS timeZone FROM companies co
         WHERE co.id > :after AND co.closed_at IS NULL AND EXISTS (SELECT 1 FROM integration_connections c
           WHERE c.company_id = co.id AND c.state NOT IN ('onboarding', 'disconnected'))
         ORDER BY co.id LIMIT :limit`,
        { after: after ?? '', limit },
      ),

    async list({ companyId, state, cursor, limit }) {
      const rows = await select<Omit<Report, 'lines'>>(
        sequelize,
        `SELECT ${columns} FROM report_reports WHERE company_id = :companyId AND (:cursor IS NULL OR id < :cursor)
           AND (:state IS NULL OR state = :state) ORDER BY id DESC LIMIT :limit`,
        { companyId, state: state ?? null, cursor: cursor ?? null, limit: limit + 1 },
      );
      return cutPage(await withLines(rows), limit, ({ id }) => id);
    },

    publish: (id, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE report_reports SET state = 'published', published_at = :now, published_by = :actor WHERE id = :id AND state = 'draft'`,
          { id, now: sqlTime(new Date()), actor: audit.actor },
          transaction,
        );
        const report = (await find(id))!;
        if (affectedRows === 0) return report;
        const detail = { periodStart: report.periodStart, periodEnd: report.periodEnd };
        const { companyId } = report;
        await appendAudit(
          db,
          { ...audit, companyId, action: 'report.publish', subject: id, outcome: 'done', detail },
          transaction,
        );
        return { ...report, state: 'published' };
      }),
  };
}
