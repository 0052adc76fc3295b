/** Words for the Temporal UI: what each activity does, beside its name. Only words; what happens is decided in the workflows. */
import type {
  ActivityInput,
  LocalActivityInput,
  Next,
  WorkflowInterceptors,
  WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

const summaries: Record<keyof Activities, string> = {
  confirmAccess: 'Call the provider with the staged credentials',
  createRecords: 'Write account, senders and jobs; put the credentials in force',
  prepareMappings: 'Publish mappings and try them on a sample',
  listJobs: 'List the connection’s jobs',
  writeBaseline: 'Write baseline values and the client’s card',
  launchConnection: 'Create Schedules and mark the connection active',
  recordStep: 'Write the confirmed step into the audit log',
  undoOnboarding: 'Remove what onboarding made',
  changeState: 'Write the new state; pause or resume Schedules',
  requestRuns: 'Open runs on demand, or name those under way',
  useCredentials: 'Try the new credentials and put them in force',
  useManualValue: 'Show the values a person entered',
  endManualValues: 'Take away values by hand before the source is back',
  handBackManualValues: 'Let the provider’s value win and keep the difference',
  tellFurther: 'Tell those who know of it what became of it',
  openIncident: 'Open the incident, or count its repeat',
  disconnectConnection: 'Delete Schedules, forget credentials, mark disconnected',
  wakeEvents: 'Wake the draining of stored events',
  openRun: 'Open the run',
  pullPages: 'Pull pages and commit each with its cursor',
  closeRun: 'Close the run; bring metrics and freshness up to date',
  remapEvents: 'Map stored raw records again, each piece with its place',
  closeRemap: 'Close the re-mapping; bring metrics up to date',
  fetchSample: 'Fetch a few records for a preview',
  drainStoredEvents: 'Apply stored events in order',
  replayItems: 'Try chosen failed work again, each piece with its place',
  closeReplay: 'Close the replay; bring metrics up to date',
  previewReplay: 'Try failed work out without writing',
  retryDue: 'Try failed work again that is due',
  sendPushes: 'Write what people asked for, each record in order',
  sendDelivery: 'Send the message, or look whether it went out',
  pollDelivery: 'Ask the provider for the message’s status',
  holdDelivery: 'Keep the message for a person’s decision',
  closeDeliveryQuestion: 'Close the question that answered itself',
  applyDeliveryDecision: 'Carry out the person’s decision',
  withdrawDelivery: 'Cancel the message before it is sent',
  applyFallback: 'Carry out what a person does in place of the message',
  openDeliveryTask: 'Tell people that the message reached nobody',
  notifyPeople: 'Tell the people on this rung',
  giveUpNotices: 'Open a task in place of notices that could not go out',
  recordIncidentAnswer: 'Write down who answered',
  closeIncident: 'Close the incident',
  beginRotation: 'Make the new master key the one that wraps',
  changeKeys: 'Replace keys, or put back those of before',
  resealValues: 'Seal values again with the current keys',
  countOld: 'Count what is still on the old key',
  retireKeys: 'Forget keys that nothing needs any more',
  readErasureScope: 'Look where the company’s rows are',
  endCompanyWorkflows: 'End what is under way for the company',
  eraseTraffic: 'Erase from the traffic database',
  eraseApp: 'Erase from the app database',
  finishErasure: 'Forget who was erased, and tell it in the audit log',
  takePeriodValues: 'Take the values of weeks and months that are due',
  openReports: 'Start the reports of periods that have ended',
  buildReport: 'Build the report from the period’s values',
  actOnReport: 'Set off what the report’s metrics call for',
  repairDrift: 'Compare the database with Temporal and repair what differs',
};

function withSummary<Input extends ActivityInput | LocalActivityInput>(input: Input): Input {
  return { ...input, options: { ...input.options, summary: summaries[input.activityType as keyof Activities] } };
}

class Summaries implements WorkflowOutboundCallsInterceptor {
  scheduleActivity(input: ActivityInput, next: Next<WorkflowOutboundCallsInterceptor, 'scheduleActivity'>): Promise<unknown> {
    return next(withSummary(input));
  }
  scheduleLocalActivity(
    input: LocalActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleLocalActivity'>,
  ): Promise<unknown> {
    return next(withSummary(input));
  }
}

export const interceptors = (): WorkflowInterceptors => ({ outbound: [new Summaries()] });
