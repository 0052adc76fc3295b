import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import type { ConnectionRef, SyncSchedule } from '../activities/deps.ts';
import { spread } from '../domain/drift.ts';
import { attributesOf, taskQueues, workflowIds } from '../domain/workflow-ids.ts';

/** A Schedule that missed its time (a stopped server) makes up for at most this much. */
const catchupWindow = '1 hour';

/** The Schedule of one job. Jobs are spread over their interval by their id, so that a thousand hourly ones do not start at once. */
export function scheduleOptions({ jobId, stream, cadenceS, paused, note, ...connection }: SyncSchedule) {
  const scheduleId = workflowIds.sync(jobId);
  return {
    scheduleId,
    spec: { intervals: [{ every: cadenceS * 1000, offset: spread(jobId, cadenceS) * 1000 }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'syncRun',
      workflowId: scheduleId,
      taskQueue: taskQueues.sync,
      args: [{ ...refOf(connection), jobId, trigger: 'schedule' as const }],
      staticSummary: `Sync of ${stream}`,
      typedSearchAttributes: attributesOf(connection),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
    state: { paused, note },
    typedSearchAttributes: attributesOf(connection),
  } satisfies ScheduleOptions;
}

function refOf({ connectionId, companyId, providerKey }: ConnectionRef): ConnectionRef {
  return { connectionId, companyId, providerKey };
}
