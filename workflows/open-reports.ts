/**
 * Every hour: takes the values of weeks and months that are due, in each company's own time zone, and starts the reports of those that
 * have ended. Started by a Schedule; two at once are harmless.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import type { OpenReportsResult } from './messages.ts';
import { draining } from './proxies.ts';

export async function openReports(): Promise<OpenReportsResult> {
  const done = { taken: 0, opened: 0 };
  let after: string | undefined;
  do {
    const page = await draining.takePeriodValues({ ...(after && { after }) });
    done.taken += page.taken;
    after = page.after;
  } while (after);
  do {
    const page = await draining.openReports({ ...(after && { after }) });
    done.opened += page.opened;
    after = page.after;
  } while (after);
  setCurrentDetails(`${done.taken} values of periods taken, ${done.opened} reports opened.`);
  return done;
}
