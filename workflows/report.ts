/**
 * The report of one company's week or month: values of the period become a draft that its owner reads and publishes. Started once the
 * period is over; its id is the period's, and the same period twice makes one report.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import type { ReportInput, ReportResult } from './messages.ts';
import { draining, own } from './proxies.ts';

export async function report(input: ReportInput): Promise<ReportResult> {
  setCurrentDetails(`Building the report of ${input.periodKey}.`);
  const { reportId, created, lines } = await draining.buildReport(input);
  const { met } = reportId === null ? { met: 0 } : await own.actOnReport({ reportId });
  setCurrentDetails(
    reportId === null
      ? 'No connection has a value of this period yet: it is tried again in an hour.'
      : `${created ? 'Made' : 'Was there already'}: ${reportId} with ${lines} lines and ${met} rules met. It waits to be published.`,
  );
  return { reportId };
}
