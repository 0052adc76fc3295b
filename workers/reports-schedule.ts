import type { Client } from '@temporalio/client';
import { workflowIds } from '../domain/workflow-ids.ts';
import { ensureStandingSchedule } from './standing-schedule.ts';

const everyMs = 3_600_000;

/** The Schedule of values of periods and of reports: one for all companies, because whose week has ended is asked of the rows. */
export async function ensureReports(client: Client): Promise<void> {
  await ensureStandingSchedule(client, {
    id: workflowIds.reports,
    workflowType: 'openReports',
    everyMs,
    args: [],
    summary: 'Takes values of weeks and months, and opens reports',
  });
}
