/**
 * What the workers tell of their work: one log line for each outcome, and the numbers that are counted from it. The names are what
 * dashboards and searches are built on, so a name is never changed or used for something else.
 */
export const outcomeEvents = {
  run: 'A sync run ended, or stepped aside.',
  page: 'An attempt to read or write a run’s pages failed; Temporal repeats it or the run ends.',
  drain: 'A batch of stored events was applied.',
  retry: 'Failed work that was due was tried again.',
  delivery: 'An attempt to send a message was made, or its status became final.',
  push: 'Changes that people asked for were written at a provider.',
  incident: 'An incident was opened, told again, answered or closed.',
  notice: 'A rung of an escalation ladder was climbed.',
  state: 'A connection went to another state.',
  onboarding: 'A step of an onboarding was carried out.',
  credentials: 'Credentials came into force.',
  renewal: 'An access token was asked for anew.',
  manual_value: 'A value by hand was shown or handed back.',
  remap: 'Stored raw records were mapped again.',
  replay: 'Many items of failed work were tried again at a person’s word.',
  rotation: 'A step of a rotation of keys was carried out.',
  reconcile: 'A pass compared the database with Temporal.',
  erasure: 'An erasure ended.',
  report: 'A report was made, or its rules acted.',
  activity: 'An attempt of any other activity failed.',
} as const;
export type OutcomeEvent = keyof typeof outcomeEvents;

/** Every field that a line may have. Ids of ours, codes, counts and times: no name, no address, no value, no payload. */
export interface Outcome {
  event: OutcomeEvent;
  /** How it ended, in one word of the event's own. */
  outcome: string;
  companyId?: string;
  connectionId?: string;
  providerKey?: string;
  jobId?: string;
  runId?: string;
  deliveryId?: string;
  incidentId?: string;
  remapId?: string;
  replayId?: string;
  erasureId?: string;
  reportId?: string;
  /** Position on the escalation ladder. */
  rung?: number;
  code?: string;
  /** Why, for a person: a failure's own sentence. */
  sentence?: string;
  counts?: Record<string, number>;
  durationMs?: number;
  /** From the storing of each event to its being applied; the line shows the longest. */
  lagsMs?: number[];
  activityType?: string;
  workflowId?: string;
  attempt?: number;
}

/** Handed to activities for what happens within them; what an activity answers is told for it. */
export type Tell = (outcome: Outcome) => void;
