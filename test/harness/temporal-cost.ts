/** What a connection costs Temporal: events of history, which are stored and replayed, and actions, which Temporal Cloud bills. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { searchAttributes } from '../../domain/workflow-ids.ts';

export interface TemporalCost {
  events: number;
  actions: number;
}

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** What is one action each, by what the event carries. https://docs.temporal.io/cloud/actions */
const billed = [
  'workflowExecutionStartedEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'workflowExecutionUpdateAcceptedEventAttributes',
  'upsertWorkflowSearchAttributesEventAttributes',
  'timerStartedEventAttributes',
  'startChildWorkflowExecutionInitiatedEventAttributes',
] as const satisfies (keyof HistoryEvent)[];

export function costOf(events: HistoryEvent[]): TemporalCost {
  let actions = 0;
  // The local activities of one workflow task are one action together.
  const tasksWithMarkers = new Set<string>();
  for (const event of events) {
    const { activityTaskStartedEventAttributes: started, markerRecordedEventAttributes: marker } = event;
    if (billed.some((name) => event[name])) actions += 1;
    if (started) actions += started.attempt ?? 1; // every attempt
    if (marker) tasksWithMarkers.add(String(marker.workflowTaskCompletedEventId));
  }
  return { events: events.length, actions: actions + tasksWithMarkers.size };
}

/** A Schedule's run costs this besides what its workflow does: the page counts it as three, its workflow's start being one. */
export const actionsOfSchedule = 2;

/** One workflow's newest run. */
export async function costOfWorkflow(client: Client, workflowId: string): Promise<TemporalCost> {
  return costOf((await client.workflow.getHandle(workflowId).fetchHistory()).events ?? []);
}

/** Every run of every workflow of this connection that is of one of these types, by type. */
export async function costOfConnection(
  client: Client,
  connectionId: string,
): Promise<Record<string, TemporalCost & { runs: number }>> {
  const costs: Record<string, TemporalCost & { runs: number }> = {};
  const query = `${searchAttributes.connection.name} = "${connectionId}"`;
  for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
    const { events, actions } = costOf((await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? []);
    const sum = (costs[type] ??= { events: 0, actions: 0, runs: 0 });
    sum.events += events;
    sum.actions += actions;
    sum.runs += 1;
  }
  return costs;
}
